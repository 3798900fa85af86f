// Shows the document that describes the API. Nothing is loaded from elsewhere, and no token is kept in the browser.
window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  persistAuthorization: false,
  supportedSubmitMethods: ['get', 'put', 'post', 'delete', 'patch'],
  tryItOutEnabled: false,
  validatorUrl: null
})
