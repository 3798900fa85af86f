// The whole of the script that a page needs; every page works without it.
import { initAll } from './vendor/govuk-frontend.min.js'
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
