import swaggerUi, { type SwaggerUiOptions } from 'swagger-ui-express';

/** The document has no links, whose column would not fit on a phone; neither would wide margins. */
const STYLE = `
.swagger-ui .topbar, .swagger-ui .response-col_links { display: none }
.swagger-ui textarea.body-param__text { min-height: 130px }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 8px }
  .swagger-ui .info { margin: 24px 0 }
  .swagger-ui .scheme-container { padding: 12px 0 }
  .swagger-ui .opblock-tag { padding: 10px 0 }
  .swagger-ui .opblock .opblock-section-header { padding: 8px 10px }
  .swagger-ui .opblock-description-wrapper, .swagger-ui .parameters-container .table-container,
  .swagger-ui .responses-inner, .swagger-ui .opblock-section-request-body > div:last-child { padding: 10px }
  .swagger-ui .responses-table { table-layout: fixed }
  .swagger-ui .response-col_status, .swagger-ui .responses-table .col_header:first-child { width: 48px }
  .swagger-ui .parameters-col_name { width: 110px }
  .swagger-ui .modal-ux { min-width: 0; width: 96%; max-width: 96% }
  .swagger-ui .info table { table-layout: fixed }
  .swagger-ui .info table tr > * { min-width: 0; padding-right: 6px }
  .swagger-ui .info table tr > :first-child { width: 48px }
  .swagger-ui .info table code { font-size: 11px; overflow-wrap: anywhere; padding: 0 }
}
`;

/** The page loads all its files from this server and contacts no other. */
export const DOCUMENTATION_PAGE: SwaggerUiOptions = {
  customSiteTitle: 'Event Ticket Booking API',
  customCss: STYLE,
  swaggerUrl: './openapi.json',
  swaggerOptions: {
    // The validator would send the URL of the document to a third party.
    validatorUrl: null,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    // Keeps the token in this browser's storage, so that it survives a reload.
    persistAuthorization: true,
  },
};

const CHARSET = '<meta charset="UTF-8">';
const VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/**
 * Swagger UI's page. Its own template has no viewport, so phones would lay it out for a wide screen and
 * then shrink it.
 */
export function documentationHtml(): string {
  return swaggerUi
    .generateHTML(undefined, DOCUMENTATION_PAGE)
    .replace(CHARSET, `${CHARSET}\n  ${VIEWPORT}`);
}
