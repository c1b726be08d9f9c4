// Keeps the page true, by one stream of events for all its clocks.
const find = (id) => document.getElementById(id);
const body = document.body;
const inputs = ['zone', 'locale', 'style'].map((name) => find('choice').elements[name]);
const names = ['zone', 'locale', 'style', 'what', 'ascii', 'at'];
let choice = choiceOf(location);
let others = [];  // the elements of the clocks below
let source = null;
let asked = query(choice);  // what was chosen last, even if it is wrong
let latest = null;  // what the first clock shows
let skew = 0;  // of the server's clock against this device's, in ms
let lostSince = 0;

function encoded(text) {
  return encodeURIComponent(text).replace(/%(2F|3A|3B)/g, decodeURIComponent).replace(/'/g, '%27');
}

// A plus sign stands for itself.
function choiceOf({pathname, search}) {
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return ''; } };
  const found = {zone: decoded(pathname.slice(1)), clocks: []};
  for (const pair of search.slice(1).split('&')) {
    const [name, value] = pair.split('=', 2).map(decoded);
    if (name === 'clock') found.clocks.push(value);
    else if (value && names.includes(name)) found[name] = value;
  }
  return found;
}

function query(of, clocks = []) {
  return [...names.filter((name) => of[name]).map((name) => name + '=' + encoded(of[name])),
          ...clocks.map((clock) => 'clock=' + encoded(clock))].join('&');
}

// The next two are in words as the server writes them into the page.
function offsetWords({utc_offset, abbreviation, dst}) {
  const size = new Date(Math.abs(utc_offset) * 1000).toISOString().slice(11, 19).replace(/:00$/, '');
  const name = /^[A-Z]/.test(abbreviation) ? ', ' + abbreviation : '';
  return 'UTC' + (utc_offset < 0 ? '−' : '+') + size + name + (dst ? ', daylight saving time' : '');
}

function localText(when, offset) {
  const text = (ms) => new Date(ms + offset * 1000).toUTCString().slice(0, -4);
  const isToday = (ms) => text(ms).slice(0, -9) === text(Date.now() + skew).slice(0, -9);
  if (text(when).endsWith('00:00:00') && isToday(when - 1000)) return 'midnight';
  return text(when).slice(isToday(when) ? -8 : 0).replace(/:00$/, '');
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function putText(element, {text, locale, direction}) {
  element.lang = locale === 'und' ? '' : locale;
  element.dir = direction;
  put(element, text);
}

function putFact(id, text) {
  put(find(id), text);
  find(id).closest('div').hidden = false;
}

function tell(state, text) {
  body.className = state;
  put(find('state'), text);
}

function complain(why) {
  put(find('error'), why?.detail ?? '');
  for (const input of inputs) {
    input.setAttribute('aria-invalid', why?.parameter === input.name);
  }
}

function show(answer) {
  const {zone, locale, style, valid_until, utc_offset, next_transition: next} = latest = answer;
  document.title = zone + ' · Polyclock';
  put(find('zone'), zone);
  putText(find('text'), answer);
  put(find('until'), valid_until ? localText(Date.parse(valid_until), utc_offset) : 'the end of time');
  put(find('offset'), offsetWords(answer));
  put(find('next'), next ? localText(next.unix_seconds * 1000, utc_offset) + ' → ' + offsetWords(next)
                         : 'none known');
  inputs[0].placeholder = zone;
  inputs[1].placeholder = locale;
  const same = {...choice, zone: '', locale: find('text').lang, style};
  putFact('curl', `curl '${location.origin}/${encoded(zone)}?${query(same)}'`);
}

function fill() {
  for (const input of inputs) {
    const value = choice[input.name] || '';
    input.value = value;
    if (input.add && input.value !== value) input.add(new Option(value, value, true, true));
  }
}

function listOthers() {
  find('elsewhere').hidden = false;
  others = choice.clocks.map((clock, index) => {
    const item = find('other').content.firstElementChild.cloneNode(true);
    const [place, said, remove] = item.children;
    put(place, clock.split(';')[0]);
    remove.setAttribute('aria-label', 'Remove ' + clock);
    remove.onclick = () => {
      choose({...choice, clocks: choice.clocks.filter((_, other) => other !== index)});
      find('keep').focus();
    };
    return {item, place, said};
  });
  find('clocks').replaceChildren(...others.map(({item}) => item));
}

function disconnect() {
  if (source) source.close();
  source = null;
}

function connect() {
  disconnect();
  if (choice.at) return tell('waiting', 'one given instant');
  if (document.hidden || body.className === 'wrong') return;  // browsers allow few connections to one server
  const clocks = others.length ? ['', ...choice.clocks] : [];
  const opened = source = new EventSource('/v1/events?' + query(choice, clocks));
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
  source.addEventListener(others.length ? '1' : 'message', (event) => {
    show(JSON.parse(event.data));
    find('text').dataset.since = event.lastEventId;
  });
  others.forEach(({place, said}, index) => source.addEventListener(String(index + 2), (event) => {
    const answer = JSON.parse(event.data);
    put(place, answer.zone);
    putText(said, answer);
  }));
}

function tellLost() {
  const isLong = Date.now() - lostSince > 10000;
  tell(isLong ? 'lost' : 'waiting', isLong ? 'the server cannot be reached, still trying' : 'reconnecting …');
}

// A stream that was refused does not say why, but the same request does.
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
  const begun = Date.now();
  try {
    const response = await fetch('/v1/time?zone=UTC&style=iso', {cache: 'no-store', signal: AbortSignal.timeout(4000)});
    const {unix_seconds, nanoseconds, clock} = await response.json();
    skew = unix_seconds * 1000 + nanoseconds / 1e6 - (begun + Date.now()) / 2;
    const words = (us) => us === null ? 'unknown' : +(us / 1000).toPrecision(3) + ' ms';
    putFact('quality', clock.synchronized ? 'synchronized, error about ' + words(clock.estimated_error_us) +
        ', at most ' + words(clock.maximum_error_us) : 'not synchronized');
  } catch { /* the stream tells what is wrong */ }
}

// A connection may be gone without a sign, as after sleep.
async function watch() {
  if (!source) return;
  if (lostSince) return tellLost();
  const isStale = () => latest?.valid_until && Date.now() + skew > Date.parse(latest.valid_until) + 5000;
  if (!isStale()) return;
  await measure();
  if (!source || lostSince || !isStale()) return;
  lostSince = Date.now();
  tellLost();
  connect();
}

async function choose(next, isNew = true) {
  const own = asked = query(next);
  let answer = null;
  try {
    const response = await fetch('/v1/text?' + query(next));
    answer = await response.json();
    if (!response.ok && own === asked) return complain(answer);
  } catch { /* the stream goes on trying */ }
  if (own !== asked) return;
  choice = next;
  body.classList.remove('wrong');
  complain();
  put(find('copied'), '');
  if (isNew) history.pushState(null, '', '/?' + query(choice, choice.clocks));
  fill();
  listOthers();
  if (answer) show(answer);
  connect();
}

function submit() {
  const next = {...choice};
  for (const input of inputs) next[input.name] = input.value.trim();
  if (query(next) === asked) return;
  if (query(next) !== query(choice)) return choose(next);
  asked = query(next);
  complain();
}

async function offer(name, label) {
  const list = find(name);
  if (list.firstChild) return;
  try {
    const all = await (await fetch('/v1/' + name)).json();
    list.replaceChildren(...all.map((value) => Object.assign(new Option('', value), {label: label(value)})));
  } catch { /* at the next focus */ }
}

function copy() {
  const done = () => put(find('copied'), 'Copied');
  const select = () => {
    getSelection().selectAllChildren(find('curl'));
    document.execCommand('copy') ? done() : put(find('copied'), 'Selected, for Ctrl+C');
  };
  if (!navigator.clipboard) return select();  // as on http:
  navigator.clipboard.writeText(find('curl').textContent).then(done, select);
}

find('choice').onsubmit = (event) => { event.preventDefault(); submit(); };
find('choice').onchange = submit;
find('go').hidden = true;
inputs[0].onfocus = () => offer('zones', (zone) => zone.replace(/_/g, ' '));
inputs[1].onfocus = () => {
  const known = new Intl.DisplayNames(['en'], {type: 'language'});
  offer('locales', (tag) => { try { return known.of(tag); } catch { return tag; } });
};
find('copy').onclick = copy;
find('keep').onclick = () => {
  if (latest) choose({...choice, clocks: [...choice.clocks, [latest.zone, find('text').lang, latest.style].join(';')]});
};
addEventListener('popstate', () => choose(choiceOf(location), false));
document.addEventListener('visibilitychange', () => document.hidden ? disconnect() : source || connect());
listOthers();
connect();
measure();
setInterval(watch, 2000);
