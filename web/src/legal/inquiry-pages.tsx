// The pages about what others want of a wearer's past, for the surfaces of police, probation and court.
import { lazy, type ReactNode, Suspense } from "react";
import type { Where } from "./where";

const Inquiries = lazy(async () => ({ default: (await import("./inquiries")).Inquiries }));
const Inquire = lazy(async () => ({ default: (await import("./inquiries")).Inquire }));
const InquiryPage = lazy(async () => ({ default: (await import("./inquiries")).InquiryPage }));
const ProvisionsPage = lazy(async () => ({ default: (await import("./provisions")).ProvisionsPage }));

// One of them; null: it is none of ours.
export function inquiryPageOf({ page, id }: Where): ReactNode {
  const found = contentOf(page, id);
  return found && <Suspense fallback={null}>{found}</Suspense>;
}

function contentOf(page: string, id: string): ReactNode {
  if (page === "inquiries") return <Inquiries />;
  if (page === "inquire" && id) return <Inquire key={id} caseId={id} />;
  if (page === "inquiry" && id) return <InquiryPage key={id} id={id} />;
  if (page === "provisions" && id) return <ProvisionsPage key={id} id={id} />;
  return null;
}
