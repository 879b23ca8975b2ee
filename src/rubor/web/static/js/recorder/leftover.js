// On the list of recordings: send what an earlier recording in this browser left behind.

import { Store } from "./chunks.js";
import { sendLeftovers } from "./sender.js";

const box = document.getElementById("leftover");

if (box && "indexedDB" in window) {
  const say = (text) => { box.hidden = false; box.textContent = text; };
  const store = await Store.open();
  await sendLeftovers(store, box.dataset.person, {
    found: () => say(box.dataset.sending),
    done: (_row, answer) => {
      say(box.dataset.sent);
      if (!answer) return;
      const link = Object.assign(document.createElement("a"), { href: answer.page, textContent: box.dataset.open });
      box.append(" ", link);
    },
    failed: (_row, error) => say(`${error.message} ${error.cure ?? ""}`),
    events: {
      onWaiting: (reason) => say(typeof reason === "string" ? box.dataset[reason === "closed" ? "closed" : "waiting"] : `${reason.message} ${reason.cure}`),
    },
  });
}
