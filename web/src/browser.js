// Says so when a browser lacks what every page here relies on. Written so that old browsers read it too; a file of its own,
// because such a browser runs nothing else of ours.
(function () {
  var lacks = [];
  if (!("noModule" in document.createElement("script"))) lacks.push("JavaScript modules");
  if (typeof window.fetch === "undefined") lacks.push("fetch");
  if (typeof window.WebSocket === "undefined") lacks.push("WebSocket");
  if (!window.crypto || !window.crypto.getRandomValues) lacks.push("Web Crypto");
  if (typeof window.SecurityPolicyViolationEvent === "undefined") lacks.push("Content Security Policy");
  if (lacks.length === 0) return;
  var korean = (navigator.language || "ko").slice(0, 2) === "ko";
  var told = document.createElement("p");
  told.id = "browser-lacks";
  told.setAttribute("role", "alert");
  told.setAttribute("lang", korean ? "ko" : "en");
  told.style.cssText = "margin:0;padding:12px 16px;background:#8a1020;color:#fff;font:16px/1.5 sans-serif";
  told.appendChild(
    document.createTextNode(
      korean
        ? "이 브라우저에 없는 기능: " + lacks.join(", ") + ". 이 화면이 안전하게 작동하지 않으니 최신 브라우저를 쓰십시오."
        : "This browser lacks " + lacks.join(", ") + ". The page is not safe or does not work in it: use a current one.",
    ),
  );
  document.body.insertBefore(told, document.body.firstChild);
})();
