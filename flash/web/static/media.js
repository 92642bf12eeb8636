// Loads the pictures and sounds of the next cards, so that they show without network.

const MOST = 100;
const loaded = new Set();

export async function loadMedia(cards) {
  const found = cards.flatMap((card) => addresses(card.question + card.answer));
  const wanted = [...new Set(found)].filter((one) => !loaded.has(one)).slice(0, MOST);
  for (const address of wanted) {
    loaded.add(address);
    try {
      await fetch(address);
    } catch {
      loaded.delete(address);
      return;
    }
  }
}

function addresses(html) {
  return Array.from(html.matchAll(/"(\/media\/[^"]+)"/g), (found) => found[1]);
}
