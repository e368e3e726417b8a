// Parts of uPlot that the charts do not use, 12 KB of 51: its axes of time, two kinds of lines, and helpers. uPlot keeps
// them reachable, so the bundler cannot drop them.
const CUTS = [
  ['const [ timeIncrsMs, _timeAxisStampsMs, timeAxisSplitsMs ] = genTimeStuffs(1);', ''],
  ['const [ timeIncrsS,  _timeAxisStampsS,  timeAxisSplitsS  ] = genTimeStuffs(1e-3);', ''],
  ['(opts.fmtDate || fmtDate)', 'null'],
  ['(ms == 1 ? timeAxisSplitsMs(_tzDate) : timeAxisSplitsS(_tzDate))', 'null'],
  [
    'timeAxisVals(_tzDate, timeAxisStamps((ms == 1 ? _timeAxisStampsMs : _timeAxisStampsS), _fmtDate))',
    'null',
  ],
  ['timeSeriesVal(_tzDate, timeSeriesStamp(_timeSeriesStamp, _fmtDate))', 'null'],
  ['let isTime = mode == 1 && scales[s.scale].time;', 'const isTime = false;'],
  ['let isTime = sc.time;', 'const isTime = false;'],
  ['uPlot.fmtDate = fmtDate;', ''],
  ['uPlot.tzDate  = tzDate;', ''],
  ['uPlot.join = join;', ''],
  ['(paths.stepped = stepped);', ''],
  ['(paths.spline  = monotoneCubic);', ''],
];

/** @type {() => import('vite').Plugin} */
export const smallerUplot = () => ({
  name: 'smaller-uplot',
  transform(code, id) {
    if (!id.endsWith('uPlot.esm.js')) return undefined;
    for (const [text, replacement] of CUTS) {
      if (!code.includes(text)) this.error(`uPlot has changed: it does not contain ${text}`);
      code = code.replaceAll(text, replacement);
    }
    return { code, map: null };
  },
});
