// The certified provider, with people whose subject is their address; those who begin with `unverified:` are not sure.
// node certified.mjs PACKAGE PORT REDIRECT_URI [public]

const [, , packageAt, port, redirect, kind] = process.argv;
const { default: Provider } = await import(packageAt);
const client = {
  client_id: "talkoot",
  redirect_uris: [redirect],
  response_types: ["code"],
  grant_types: ["authorization_code"],
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    kind === "public"
      ? { ...client, token_endpoint_auth_method: "none" }
      : { ...client, client_secret: "s3cret/with:signs", token_endpoint_auth_method: kind },
  ],
  cookies: { keys: ["only for tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id.replace("unverified:", ""), email_verified: !id.startsWith("unverified:") }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
