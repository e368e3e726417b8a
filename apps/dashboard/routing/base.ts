/** The path below which the service is reached through a proxy; '' at the root of its host. */
const BASE: string = document.documentElement.dataset['base'] ?? '';

/** The address under which this browser reaches the service. */
export const SERVICE: string = location.origin + BASE;
