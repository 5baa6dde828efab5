/**
 * Paths that name a file of the web, which is served or missing; any other path is a screen of the client, also one that ends like
 * `/companies/acme.com`. nginx has the same pattern.
 */
export const filePath =
  /\.(?:avif|br|css|eot|gif|gz|html?|ico|jpe?g|js|json|jsx|map|mjs|mp4|otf|pdf|php|png|svg|ts|tsx|ttf|txt|wasm|webmanifest|webp|woff2?|xml|zip)$/i;
