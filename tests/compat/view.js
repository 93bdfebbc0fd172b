/*
 * The live view in a real browser.
 *
 * usage: node view.js URL CHROMIUM
 *
 * The first line that it prints is {}, or says why the browser is unusable. Each line of standard input is a
 * command, answered by one line of JSON:
 *   read                        what the page shows once it has been updated again, and every complaint so far
 *   scheme light|dark           what the system prefers
 *   mode owner|operations|...   clicks the button
 *   pixel SLOT                  the colour of a slot
 *   shot FILE WIDTH HEIGHT      a screenshot
 */
'use strict';

const readline = require('node:readline');
const { chromium } = require('playwright-core');

const complaints = [];
const requests = new Set();
const limit = Number(process.env.VIEW_LIMIT_MS || 30000);

/* In the page. */
function figures() {
  const text = (id) => document.getElementById(id).textContent;
  const value = (id) => Number(document.getElementById(id).dataset.value);
  return {
    updates: Number(document.documentElement.dataset.updates || 0),
    state: text('state'),
    autopilot: text('autopilot'),
    keys: value('keys'),
    clients: value('clients'),
    operations: value('ops'),
    memory: value('memory'),
    nodes: value('node-count'),
    rows: document.querySelectorAll('.node').length,
    shards: document.querySelectorAll('.shard').length - 1,
    migrations: [...document.querySelectorAll('.migration')].map((box) => ({
      name: box.dataset.name,
      state: box.dataset.state,
      width: box.querySelector('.bar i').style.width,
      text: box.textContent,
    })),
  };
}

function pixel(slot) {
  const canvas = document.getElementById('mosaic');
  const cell = canvas.width / 128;
  const x = (slot % 128) * cell + 1;
  const y = Math.floor(slot / 128) * cell + 1;
  return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
}

async function obey(page, [command, ...words]) {
  switch (command) {
    case 'read': {
      const { updates } = await page.evaluate(figures);
      await page.waitForFunction((before) => Number(document.documentElement.dataset.updates || 0) > before, updates);
      return { ...(await page.evaluate(figures)), complaints, requests: [...requests] };
    }
    case 'scheme':
      await page.emulateMedia({ colorScheme: words[0] });
      return {};
    case 'mode':
      await page.click(`button[data-mode=${words[0]}]`);
      return {};
    case 'pixel':
      return { pixel: await page.evaluate(pixel, Number(words[0])) };
    case 'shot':
      await page.setViewportSize({ width: Number(words[1]), height: Number(words[2]) });
      await page.screenshot({ path: words[0] });
      return {};
    default:
      throw new Error(`no such command: ${command}`);
  }
}

async function launch(executablePath) {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  try {
    return await chromium.launch({ executablePath, args, timeout: limit });
  } catch (error) {
    console.log(JSON.stringify({ unusable: String(error).slice(0, 2000) }));
    return process.exit(0);
  }
}

async function main(url, executablePath) {
  const browser = await launch(executablePath);
  console.log('{}');
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => request.url().startsWith('data:') || requests.add(new URL(request.url()).origin));
  page.setDefaultTimeout(limit);
  await page.goto(url);
  for await (const line of readline.createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await obey(page, line.split(' '))));
  await browser.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
