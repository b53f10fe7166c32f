// Passkeys (WebAuthn): what the server asks, put to the browser, and its answer in the server's words.
import type { Schemas } from "./api";

type Asked = Schemas["PasskeyChallenge"];

// Whether this browser may use them on this page.
export const passkeysKnown = typeof PublicKeyCredential === "function";

const bytesOf = (text: string | undefined): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text ?? ""), (letter) => letter.charCodeAt(0));
const textOf = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

const KINDS = [-7, -8, -257]; // ES256, EdDSA, RS256

// Throws when nobody answers, or when none of the browser's passkeys is of this site.
export async function provePasskey(asked: Asked): Promise<Schemas["PasskeyProof"]> {
  // No credential is named: the authenticator knows which it has for this site, and the page learns nothing before.
  const options = { challenge: bytesOf(asked.challenge), rpId: asked.relying_party ?? "", userVerification: "required" } as const;
  const given = (await navigator.credentials.get({ publicKey: options })) as PublicKeyCredential;
  const answer = given.response as AuthenticatorAssertionResponse;
  return {
    credential_id: textOf(given.rawId),
    client_data: textOf(answer.clientDataJSON),
    authenticator_data: textOf(answer.authenticatorData),
    signature: textOf(answer.signature),
  };
}

// Throws when nobody answers, or when the authenticator has one of this account already.
export async function makePasskey(asked: Asked, account: string): Promise<Pick<Schemas["PasskeyInput"], "client_data" | "attestation">> {
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(asked.challenge),
      rp: { id: asked.relying_party ?? "", name: "Haechi" },
      user: { id: bytesOf(asked.user_handle), name: account, displayName: account },
      pubKeyCredParams: KINDS.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: (asked.credential_ids ?? []).map((id) => ({ type: "public-key", id: bytesOf(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    },
  })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return { client_data: textOf(answer.clientDataJSON), attestation: textOf(answer.attestationObject) };
}
