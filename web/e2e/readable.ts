// What can be checked of a page by itself: contrast, names, sizes. The words and the order of focus are read by people.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export async function faultsOf(page: Page): Promise<string[]> {
  const asked = { runOnly: { type: "tag" as const, values: RULES }, rules: { "target-size": { enabled: true } } };
  const found = await new AxeBuilder({ page }).options(asked).setLegacyMode().analyze();
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  );
}

export async function inTheme(page: Page, theme: "dark" | "light"): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((to) => {
    document.documentElement.dataset["theme"] = to;
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, theme);
}

// Everything that can be pressed and is smaller than it may be, unless it is a link inside a sentence.
export const tooSmall = (page: Page, limit: number): Promise<string[]> =>
  page.evaluate((least) => {
    const shown = [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary, [role=button], [role=tab]")];
    return shown
      .filter((each) => {
        if (!each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
        if (each.tagName === "A" && getComputedStyle(each).display === "inline") return false;
        const label = each.closest("label");
        const box = (label ?? each).getBoundingClientRect();
        const seen = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0;
        return seen && (box.height < least - 0.5 || box.width < least - 0.5);
      })
      .map((each) => `${each.tagName} ${each.className} "${each.textContent?.trim().slice(0, 30)}" ${JSON.stringify(each.getBoundingClientRect().toJSON())}`);
  }, limit);

export async function readable(page: Page, what: string): Promise<void> {
  expect(await faultsOf(page), what).toEqual([]);
}
