// Shows the document that describes the API. Nothing is loaded from elsewhere, and no token is kept in the browser.
const docs = document.getElementById('docs')

// What Swagger UI leaves out for who cannot see it: names of its parts and buttons, and a way into what scrolls.
const NAMES = {
  'select:not([aria-label])': 'Choice',
  'textarea:not([aria-label])': 'Body',
  '.information-container:not([aria-label])': 'About',
  '.scheme-container:not([aria-label])': 'Token',
  '.close-modal:not([aria-label])': 'Close'
}
function complete () {
  for (const [missing, words] of Object.entries(NAMES)) {
    for (const part of docs.querySelectorAll(missing)) part.setAttribute('aria-label', words)
  }
  for (const field of docs.querySelectorAll('input:not([aria-label])')) {
    field.setAttribute('aria-label', field.placeholder || 'Value')
  }
  for (const part of docs.querySelectorAll('.information-container, .scheme-container')) part.setAttribute('role', 'region')
  for (const scrolling of docs.querySelectorAll('pre:not([tabindex])')) scrolling.tabIndex = 0
  for (const button of docs.querySelectorAll('.modal-btn[aria-label]')) {
    if (button.getAttribute('aria-label') !== button.textContent) button.setAttribute('aria-label', button.textContent)
  }
  for (const head of docs.querySelectorAll('h3:not([aria-level])')) head.setAttribute('aria-level', '2')
  for (const head of docs.querySelectorAll('h4:not([aria-level]), h5:not([aria-level])')) head.setAttribute('aria-level', '3')
}
new MutationObserver(complete).observe(docs, { childList: true, subtree: true })

window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  domNode: docs,
  deepLinking: false, // its links would stand inside buttons
  defaultModelsExpandDepth: -1,
  docExpansion: 'list',
  persistAuthorization: false,
  plugins: [() => ({ wrapComponents: { ServersContainer: () => () => null } })], // there is one, this one
  syntaxHighlight: false,
  validatorUrl: null
})
