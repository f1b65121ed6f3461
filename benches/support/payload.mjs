// Users' data of a given size, of the kinds of values that profiles have. The same in Node and in a browser.

const item = (number) => ({
  id: `item-${number}`, label: `A thing that was looked at, number ${number}`, price: 12.5 + number, tags: ["new", "small"],
  isLiked: number % 2 === 0, by: { id: `user-${number * 7}`, rank: number, note: null },
});

/** Data whose JSON has so many bytes: 100, 2 000 or 9 900, say. */
export function payload(bytes) {
  const data = { name: "Ada Lovelace", born: 1815, isAdmin: true, city: "London" };
  const size = () => JSON.stringify(data).length;
  if (bytes > 400) {
    data.items = [];
    for (let number = 0; size() + JSON.stringify(item(number)).length + 40 < bytes; number += 1) data.items.push(item(number));
  }
  data.text = "";
  data.text = "x".repeat(Math.max(0, bytes - size()));
  return data;
}

export const SIZES = { "0.1 kB": 100, "2 kB": 2_000, "9.9 kB": 9_900 };

const TIME = "2026-01-01T00:00:00.000000Z";

/** A record as the service returns it. */
export const record = (id, data) => ({ id, created_at: TIME, updated_at: TIME, data });
