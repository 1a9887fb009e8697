// The data of the page: blocks in <script> elements that no browser runs, most of them gzip in base64.

/** A block that lies further down in the page than what was read so far is waited for. */
async function block(id: string): Promise<string> {
  for (;;) {
    // A finished block has something behind it: until then the parser may still be inside.
    const found = document.getElementById(id);
    if (found && (found.nextSibling || document.readyState !== "loading")) return found.textContent ?? "";
    if (document.readyState !== "loading") throw new Error(`the page has no block ${id}: it is cut off`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function unpacked(text: string): Promise<Response> {
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place += 1) packed[place] = letters.charCodeAt(place);
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}

export async function plainJson<T>(id: string): Promise<T> {
  return JSON.parse(await block(id)) as T;
}

export async function bytes(id: string): Promise<ArrayBuffer> {
  return (await unpacked(await block(id))).arrayBuffer();
}

export async function json<T>(id: string): Promise<T> {
  return (await (await unpacked(await block(id))).json()) as T;
}

/** Items that are packed some at a time: chunk c holds those from starts[c] on. */
export class Chunks<T> {
  private last = new Map<number, Promise<T[]>>();

  constructor(
    private name: string,
    private starts: number[],
  ) {}

  async item(index: number): Promise<T> {
    let chunk = this.starts.length - 1;
    while (this.starts[chunk] > index) chunk -= 1;
    let items = this.last.get(chunk);
    if (!items) {
      items = json<T[]>(`${this.name}-${chunk}`);
      this.last.set(chunk, items);
      if (this.last.size > 8) this.last.delete(this.last.keys().next().value as number);
    }
    return (await items)[index - this.starts[chunk]];
  }
}
