// An agency's identity provider: the real `oidc-provider` on the loopback, which a test may stop, start again and make lie.
import { exportJWK, generateKeyPair, type CryptoKey, decodeJwt, type JWK, type JWTPayload, SignJWT } from "jose";
import type { Server as HttpServer } from "node:http";
import Provider from "oidc-provider";

export const CLIENT = { id: "haechi", secret: "a secret that only tests know" };

interface SigningKey {
  id: string;
  secret: CryptoKey;
  published: JWK;
}

async function makeKey(id: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return { id, secret: privateKey, published: { ...(await exportJWK(publicKey)), kid: id, alg: "RS256", use: "sig" } };
}

const inBase64 = (what: object): string => Buffer.from(JSON.stringify(what)).toString("base64url");

export class IdentityProvider {
  // What the ID token says instead; null: what the provider says.
  lie: ((claims: JWTPayload) => JWTPayload) | null = null;
  signature: "right" | "none" | "shared secret" | "stranger" = "right";
  keyReads = 0;
  lastLogout = ""; // the logout token that it sent last
  told: number[] = []; // what it was answered to logout tokens
  private keys: SigningKey[] = [];
  private http: HttpServer | null = null;

  private constructor(
    readonly port: number,
    private readonly redirect: string,
  ) {}

  static async start(port: number, redirect: string): Promise<IdentityProvider> {
    const provider = new IdentityProvider(port, redirect);
    await provider.rotate("first");
    await provider.begin();
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  // From now on it signs with another key, and shows that one alone.
  async rotate(id: string): Promise<void> {
    this.keys = [await makeKey(id)];
  }

  async begin(): Promise<void> {
    const key = this.keys[0];
    if (!key) throw new Error("it has no key");
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [this.redirect],
          backchannel_logout_uri: this.redirect.replace(/return$/, "logout"), backchannel_logout_session_required: true,
        },
      ],
      features: { backchannelLogout: { enabled: true } },
      jwks: { keys: [{ ...(await exportJWK(key.secret)), kid: key.id, alg: "RS256", use: "sig" }] },
      // Without its guard against addresses of this machine, where all of it is.
      fetch: async (address, init) => {
        const { dispatcher: _, ...asked } = init as RequestInit & { dispatcher: unknown };
        this.lastLogout = (asked.body as URLSearchParams).get("logout_token") ?? "";
        const answer = await fetch(address, asked);
        this.told.push(answer.status);
        return answer;
      },
      claims: { openid: ["sub"], profile: ["preferred_username"] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
    });
    provider.use(async (context, next) => {
      await next();
      if (context.path === "/jwks") {
        this.keyReads += 1;
        context.body = { keys: this.keys.map((key) => key.published) };
      }
      const body = context.body as { id_token?: string };
      if (context.path === "/token" && body.id_token) body.id_token = await this.sign(decodeJwt(body.id_token));
    });
    await new Promise<void>((resolve) => {
      this.http = provider.listen(this.port, "127.0.0.1", () => resolve());
    });
  }

  async end(): Promise<void> {
    this.http?.closeAllConnections();
    await new Promise((resolve) => this.http?.close(resolve));
  }

  private async sign(said: JWTPayload): Promise<string> {
    const claims = this.lie ? this.lie(said) : said;
    const key = this.keys[0];
    if (!key) throw new Error("it has no key");
    if (this.signature === "none") return `${inBase64({ alg: "none", kid: key.id })}.${inBase64(claims)}.`;
    // What a library takes that lets the token choose: the public key as the secret of an HMAC.
    if (this.signature === "shared secret")
      return new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: key.id }).sign(Buffer.from(JSON.stringify(key.published)));
    const secret = this.signature === "stranger" ? (await makeKey(key.id)).secret : key.secret;
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.id }).sign(secret);
  }
}
