/** The addresses before the door, served by `door.html`: signing in, the first run, and the links of letters. nginx has the same pattern. */
export const doorPath = /^\/(?:login|forgot|setup|(?:reset|invite)\/[^/]+)\/?$/;
