// Requests to the app itself, as scripts of the pages make them.

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** An answer that says no, with the reason and the cure that the app gave. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? `The app answered ${status}.`);
    this.status = status;
    this.cure = body.cure ?? "";
    this.body = body;
  }
}

/** Send JSON or bytes; resolves to the answer's JSON, rejects with Refused, or TypeError when offline. */
export async function send(method, url, body = null, headers = {}) {
  const bytes = body instanceof Blob || body instanceof ArrayBuffer;
  const response = await fetch(url, {
    method,
    headers: {
      "X-CSRFToken": token,
      Accept: "application/json",
      ...(body === null ? {} : { "Content-Type": bytes ? "application/octet-stream" : "application/json" }),
      ...headers,
    },
    body: body === null || bytes ? body : JSON.stringify(body),
    credentials: "same-origin",
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
