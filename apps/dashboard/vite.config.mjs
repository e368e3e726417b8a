import { fileURLToPath } from 'node:url';
import { smallerUplot } from './smaller-uplot.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('vite').UserConfig} */
export default {
  root: here('.'),
  publicDir: false,
  plugins: [smallerUplot()],
  build: {
    outDir: here('../../dist/apps/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows scripts and styles only from files; one file of each loads fastest.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
  },
};
