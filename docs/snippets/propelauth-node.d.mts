/**
 * Sends the User & Org Insights calls of PropelAuth's Node libraries to insightd, and nothing else.
 * @param insightd its address, and one of its own keys with the scope `read`
 * @returns ends the redirection
 */
export function redirectInsights(insightd: { url: string; key: string }): () => void;
