// To which identity provider an account belongs: its name begins with the provider's id and a dot.
import { useEffect, useState } from "react";
import { providers } from "./ask";

// The provider's name; empty: to none; null until it is known.
export function useProviderOf(account: string): string | null {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    providers().then(
      (all) => setName(all.find((one) => account.startsWith(`${one.id ?? ""}.`))?.name ?? ""),
      () => setName(""),
    );
  }, [account]);
  return name;
}
