// Keeps the page true: one stream of events for all its clocks, the choice in the address, and facts in words.
'use strict';
const find = (id) => document.getElementById(id);
const body = document.body;
const form = find('choice');
const inputs = ['zone', 'locale', 'style'].map((name) => form.elements[name]);
const names = ['zone', 'locale', 'style', 'what', 'ascii', 'at'];
const clocksMax = 15;  // beside the first one

let choice = choiceOf(location);
let others = [];       // shown below: the elements of each clock
let source = null;
let turn = 0;          // of the user's choices, so that a late response is not taken for the last one
let latest = null;     // what the first clock shows
let skew = 0;          // of the server's clock against this device's, in ms
let measured = 0;      // when
let lostSince = 0;

// ---- The address. A plus sign stands for itself in it.

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return ''; }
}

function encoded(text) {
  return encodeURIComponent(text).replace(/%(2F|3A|3B)/g, decodeURIComponent).replace(/'/g, '%27');
}

function choiceOf({pathname, search}) {
  const found = {zone: decoded(pathname.slice(1)), clocks: []};
  for (const pair of search.slice(1).split('&')) {
    const [name, value] = pair.split('=', 2).map(decoded);
    if (name === 'clock') found.clocks.push(value);
    else if (value && names.includes(name)) found[name] = value;
  }
  return found;
}

function query(of, left = names) {
  const parts = left.filter((name) => of[name]).map((name) => name + '=' + encoded(of[name]));
  return parts.join('&');
}

function clocksOf(of) {
  return of.clocks.map((clock) => 'clock=' + encoded(clock));
}

function addressOf(of) {
  const all = [query(of), ...clocksOf(of)].filter(Boolean).join('&');
  return '/' + (all && '?' + all);
}

function eventsOf(of) {
  const first = query(of, names.slice(0, 5));
  const all = of.clocks.length ? [first, 'clock=', ...clocksOf(of)] : [first];
  return '/v1/events?' + all.filter(Boolean).join('&');
}

// ---- In words.

// Both as the server writes them into the page.
function offsetText(seconds) {
  const size = Math.abs(seconds);
  const parts = [size / 3600, size / 60 % 60, ...(size % 60 ? [size % 60] : [])];
  return 'UTC' + (seconds < 0 ? '−' : '+') + parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

function localText(when, now, offset) {
  const text = (ms) => new Date(ms + offset * 1000).toUTCString().slice(0, -4);
  const isToday = (ms) => text(ms).slice(0, -9) === text(now).slice(0, -9);
  if (isToday(when)) return text(when).slice(-8);
  return text(when).endsWith('00:00:00') && isToday(when - 1000) ? 'midnight' : text(when);
}

function offsetWords({utc_offset, abbreviation, dst}) {
  const name = /^[A-Z]/.test(abbreviation) ? ', ' + abbreviation : '';
  return offsetText(utc_offset) + name + (dst ? ', daylight saving time' : '');
}

function errorText(us) {
  if (us === null) return 'unknown';
  if (us < 1000) return us + ' µs';
  return us < 1e6 ? +(us / 1000).toPrecision(2) + ' ms' : +(us / 1e6).toPrecision(2) + ' s';
}

// ---- What is shown.

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tell(state, text) {
  body.classList.remove('live', 'waiting', 'lost');
  body.classList.add(state);
  put(find('state'), text);
}

function complain(why) {
  put(find('error'), why ? why.detail : '');
  for (const input of inputs) {
    const isWrong = Boolean(why) && why.parameter === input.name;
    input.toggleAttribute('aria-invalid', isWrong);
    if (isWrong) input.setAttribute('aria-invalid', 'true');
    isWrong ? input.setAttribute('aria-describedby', 'error') : input.removeAttribute('aria-describedby');
  }
}

function putText(element, answer) {
  const lang = answer.locale === 'und' ? '' : answer.locale;
  if (element.lang !== lang) element.lang = lang;
  if (element.dir !== answer.direction) element.dir = answer.direction;
  put(element, answer.text);
}

function serverNow() {
  return Date.now() + skew;
}

function show(answer) {
  latest = answer;
  body.classList.remove('wrong');
  document.title = answer.zone + ' · Polyclock';
  put(find('zone'), answer.zone);
  putText(find('text'), answer);
  const until = answer.valid_until;
  put(find('until'), until ? localText(Date.parse(until), serverNow(), answer.utc_offset) : 'the end of time');
  put(find('offset'), offsetWords(answer));
  const next = answer.next_transition;
  put(find('next'), next ? localText(next.unix_seconds * 1000, serverNow(), answer.utc_offset) + ' → ' +
                               offsetWords(next) : 'none known');
  [inputs[0].placeholder, inputs[1].placeholder] = [answer.zone, answer.locale];
  const fixed = {...choice, zone: '', locale: answer.locale.replace(/^und$/, ''), style: answer.style};
  put(find('curl'), `curl '${location.origin}/${encoded(answer.zone)}?${query(fixed)}'`);
  find('curl').closest('div').hidden = false;
}

function fill() {
  for (const input of inputs) {
    const value = choice[input.name] || '';
    if (input.options && ![...input.options].some((one) => one.value === value)) input.add(new Option(value));
    input.value = value;
  }
}

function showOther(index, answer) {
  putText(others[index].said, answer);
  put(others[index].place, answer.zone);
}

function listOthers() {
  find('elsewhere').hidden = false;
  find('keep').hidden = choice.clocks.length >= clocksMax;
  others = choice.clocks.map((clock, index) => {
    const [item, place, said, remove] = ['li', 'p', 'p', 'button'].map((name) => document.createElement(name));
    [place.className, said.className, remove.type] = ['place', 'said', 'button'];
    remove.textContent = 'Remove';
    remove.setAttribute('aria-label', 'Remove ' + clock);
    place.textContent = clock.split(';')[0];
    remove.onclick = () => {
      choose({...choice, clocks: choice.clocks.filter((_, other) => other !== index)});
      find('keep').focus();
    };
    item.append(place, said, remove);
    return {item, place, said};
  });
  find('clocks').replaceChildren(...others.map((other) => other.item));
}

// ---- The stream.

function disconnect() {
  if (source) source.close();
  source = null;
}

function connect() {
  disconnect();
  if (choice.at) return tell('waiting', 'one given instant');
  if (document.hidden) return;  // browsers allow few connections to one server
  const opened = source = new EventSource(eventsOf(choice));
  source.onopen = () => {
    if (lostSince) measure();
    lostSince = 0;
    tell('live', 'live');
  };
  source.onerror = () => {
    lostSince = lostSince || Date.now();
    tellLost();
    if (opened.readyState === EventSource.CLOSED) explain(opened);
  };
  const first = choice.clocks.length ? '1' : 'message';
  source.addEventListener(first, (event) => {
    show(JSON.parse(event.data));
    find('text').dataset.since = event.lastEventId;
  });
  others.forEach((_, index) => source.addEventListener(
      String(index + 2), (event) => showOther(index, JSON.parse(event.data))));
}

function tellLost() {
  const isLong = Date.now() - lostSince > 10000;
  tell(isLong ? 'lost' : 'waiting', isLong ? 'the server cannot be reached, still trying' : 'reconnecting …');
}

// A stream that was refused does not say why; the same request does.
async function explain(refused) {
  const stop = new AbortController();
  try {
    const response = await fetch(refused.url, {signal: stop.signal});
    if (source !== refused) return;
    if (response.status === 400 || response.status === 404) {
      lostSince = 0;
      tell('waiting', '');
      return complain(await response.json());
    }
  } catch { /* tried again below */ }
  stop.abort();
  setTimeout(() => source === refused && connect(), 5000);
}

async function measure() {
  measured = Date.now();
  const begun = Date.now();
  const response = await fetch('/v1/time?zone=UTC&style=iso&locale=en', {cache: 'no-store'});
  const time = await response.json();
  const ended = Date.now();
  skew = time.unix_seconds * 1000 + time.nanoseconds / 1e6 - (begun + ended) / 2;
  const {synchronized, estimated_error_us, maximum_error_us} = time.clock;
  const error = `error about ${errorText(estimated_error_us)}, at most ${errorText(maximum_error_us)}`;
  const device = Math.abs(skew) > Math.max(100, ended - begun)
      ? `; this device is ${(Math.abs(skew) / 1000).toFixed(1)} s ${skew < 0 ? 'ahead' : 'behind'}` : '';
  put(find('quality'), (synchronized ? 'synchronized, ' + error : 'not synchronized') + device);
  find('quality').closest('div').hidden = false;
}

function isStale() {
  if (!latest || !latest.valid_until || choice.at) return false;
  return serverNow() > Date.parse(latest.valid_until) + 5000;
}

// A connection may be gone without a sign, as after sleep.
async function watch() {
  if (document.hidden || !source) return;
  if (lostSince) return tellLost();
  if (!isStale() && Date.now() - measured < 300000) return;
  await measure().catch(() => {});
  if (!isStale() || !source || lostSince) return;
  lostSince = Date.now();
  tellLost();
  connect();
}

// ---- The user's choices.

async function choose(next, isNew = true) {
  const asked = ++turn;
  try {
    const response = await fetch('/v1/text?' + query(next));
    const answer = await response.json();
    if (asked !== turn) return;
    if (!response.ok) return complain(answer);
    choice = next;
    show(answer);
  } catch {
    if (asked !== turn) return;
    choice = next;  // the stream goes on trying
  }
  complain();
  if (isNew) history.pushState(null, '', addressOf(choice));
  fill();
  listOthers();
  connect();
}

// `new york` is a zone's name too, and `German` a locale's.
function meant(input) {
  const word = input.value.trim();
  const lower = word.toLowerCase().replace(/ /g, '_');
  const known = input.list ? [...input.list.options] : [];
  const is = (text) => text.toLowerCase().replace(/ /g, '_') === lower;
  const found = known.find((one) => is(one.value)) || known.find((one) => is(one.label)) ||
                known.find((one) => lower && one.value.toLowerCase().endsWith('/' + lower));
  return found ? found.value : word;
}

function submit() {
  const next = {...choice};
  for (const input of inputs) next[input.name] = meant(input);
  if (addressOf(next) !== addressOf(choice)) choose(next);
  else complain();
}

async function offer(name, label) {
  const list = find(name);
  if (list.firstChild || list.isAsked) return;
  list.isAsked = true;
  try {
    const all = await (await fetch('/v1/' + name)).json();
    list.replaceChildren(...all.map((value) => {
      const option = new Option('', value);
      option.label = label(value);
      return option;
    }));
  } catch { list.isAsked = false; }
}

function localeLabel() {
  const known = new Intl.DisplayNames(['en'], {type: 'language'});
  return (tag) => { try { return known.of(tag); } catch { return tag; } };
}

function copied(isDone) {
  put(find('copied'), isDone ? 'Copied' : 'Selected; copy it by Ctrl+C');
  setTimeout(() => put(find('copied'), ''), 4000);
}

function copy() {
  const select = () => {
    getSelection().selectAllChildren(find('curl'));
    copied(document.execCommand('copy'));
  };
  if (!navigator.clipboard) return select();  // as on http: beside localhost
  navigator.clipboard.writeText(find('curl').textContent).then(() => copied(true), select);
}

function keep() {
  if (!latest) return;
  const {zone, locale, style} = latest;
  choose({...choice, clocks: [...choice.clocks, [zone, locale === 'und' ? '' : locale, style].join(';')]});
}

form.onsubmit = (event) => { event.preventDefault(); submit(); };
form.onchange = submit;
find('go').hidden = true;
inputs[0].onfocus = () => offer('zones', (zone) => zone.replace(/_/g, ' '));
inputs[1].onfocus = () => offer('locales', localeLabel());
find('copy').onclick = copy;
find('keep').onclick = keep;
addEventListener('popstate', () => choose(choiceOf(location), false));
addEventListener('online', () => lostSince && connect());
addEventListener('pagehide', disconnect);
addEventListener('pageshow', (event) => event.persisted && connect());
document.addEventListener('visibilitychange', () => document.hidden ? disconnect() : source || connect());
listOthers();
if (!body.classList.contains('wrong')) {
  connect();
  measure().catch(() => {});
}
setInterval(watch, 2000);
