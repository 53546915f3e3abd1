// What the demo's mail server was given.
import { type APIRequestContext } from "@playwright/test";

import { type Demo, expect } from "./fixtures.ts";

export interface Letter {
  number: number;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

/** Waits for the latest letter to an address whose subject or text has the words. */
export async function letterTo(request: APIRequestContext, demo: Demo, to: string, words: string): Promise<Letter> {
  let found: Letter | undefined;
  await expect
    .poll(async () => {
      const answer = await request.get(`${demo.mail}/letters.json`);
      const letters = (await answer.json()) as Letter[];
      found = letters.filter((letter) => letter.to.includes(to) && `${letter.subject}\n${letter.text}`.includes(words)).at(-1);
      return found !== undefined;
    }, { message: `a letter to ${to} about ${words}`, timeout: 20_000 })
    .toBe(true);
  return found!;
}
