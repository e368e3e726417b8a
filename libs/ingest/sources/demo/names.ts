/** A name in its own spelling and in the spelling for addresses. */
export interface Word {
  text: string;
  ascii: string;
}

/** First and last names that go together. */
interface NamePool {
  first: Word[];
  last: Word[];
}

/** Letters that Unicode does not decompose into a base letter and a mark. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Converts to lower-case ASCII letters and digits: `Łukasz` becomes `lukasz`. */
export function toAscii(text: string): string {
  const base = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return base.replace(/[^a-z0-9]/g, (letter) => LETTERS[letter] ?? '');
}

/**
 * Parses `Ana, Łukasz, Мария=mariya`. Names in other scripts include their spelling for addresses.
 */
function words(list: string): Word[] {
  return list.split(', ').map((entry) => {
    const [text = '', ascii] = entry.split('=');
    return { text, ascii: ascii ?? toAscii(text) };
  });
}

const pool = (first: string, last: string): NamePool => ({
  first: words(first),
  last: words(last),
});

export const NAME_POOLS: readonly NamePool[] = [
  pool(
    'Alice, Grace, Oliver, Hannah, Jack, Chloe, Samuel, Ruth, Declan, Imogen, Harvey, Maeve, Tom',
    "Ashworth, Bennett, Carver, Doyle, Ellery, Fenwick, Hartley, O'Rourke, Pemberton, Whitlock",
  ),
  pool(
    'Jürgen, Anneliese, Björn, Käthe, Lukas, Sören, Greta, Matthias, Jörg, Ulrike, Felix, Nele',
    'Böhm, Großmann, Hübner, Köhler, Lindqvist, Möller, Schäfer, Weiß, Vogel, Zöllner, Ekström',
  ),
  pool(
    'Élodie, François, Chloé, Benoît, Zoé, Mathéo, Inès, Gaël, Maëlle, Rémi, Océane, Jérôme',
    "Bérenger, Côté, d'Aubigny, Lefèvre, Marchand, Noël, Périer, Rousselet, Thébault, Vasseur",
  ),
  pool(
    'María José, Íñigo, Lucía, Andrés, Ximena, Joaquín, Begoña, Rubén, Sofía, Álvaro, Noemí',
    'Arizmendi, Castañeda, de la Cruz, Echeverría, Fernández, Ibáñez, Núñez, Quiñones, Ugarte',
  ),
  pool(
    'João, Inês, Tomé, Conceição, Lourenço, Beatriz, Thiago, Luísa, Caetano, Flávia, Davi',
    'Assunção, Brandão, Camargo, Falcão, Guimarães, Magalhães, Portela, Simões, Vasconcelos',
  ),
  pool(
    'Łukasz, Małgorzata, Zdeněk, Božena, Jiří, Agnieszka, Michał, Žofie, Stanisław, Věra',
    'Błaszczyk, Dvořák, Grześkowiak, Dziedzic, Kovář, Novotný, Świątek, Wójcik, Żuraw',
  ),
  pool(
    'Åse, Bjørn, Þóra, Solveig, Håkon, Freyja, Øystein, Ingrid, Jökull, Maren, Eirik, Aino',
    'Ås, Bjørnstad, Ekeland, Blöndal, Haugen, Kjærgaard, Nygård, Østby, Virtanen, Mäkelä',
  ),
  pool(
    'Мария=mariya, Олег=oleg, Ярослава=yaroslava, Дмитро=dmytro, Ксения=kseniya, Тарас=taras',
    'Бондар=bondar, Ковалёв=kovalyov, Шевчук=shevchuk, Зайченко=zaichenko, Юрчук=yurchuk',
  ),
  pool(
    'Ελένη=eleni, Νίκος=nikos, Θάλεια=thaleia, Γιώργος=giorgos',
    'Ορφανός=orfanos, Βασιλείου=vasileiou, Καραγιάννη=karagianni, Μακρής=makris',
  ),
  pool(
    '美咲=misaki, 翔太=shota, 陽菜=hina, 健一=kenichi, 結衣=yui',
    '小林=kobayashi, 佐々木=sasaki, 山口=yamaguchi, 石川=ishikawa, 森=mori',
  ),
  pool(
    '雨桐=yutong, 子轩=zixuan, 思远=siyuan, 佳怡=jiayi',
    '王=wang, 陈=chen, 刘=liu, 赵=zhao, 周=zhou',
  ),
  pool('지우=jiwoo, 민준=minjun, 서연=seoyeon, 도윤=doyun', '김=kim, 박=park, 최=choi, 정=jeong'),
  pool(
    'Aarav, Diya, Ishaan, Kavya, Rohan, Meera, Vikram, Ananya, Farhan, Nadia, Tariq, Zainab',
    'Banerjee, Chaudhry, Deshmukh, Iyer, Kulkarni, Mehta, Qureshi, Raghavan, Siddiqui, Verma',
  ),
  pool(
    'Adaeze, Kwame, Chidi, Thandiwe, Olúfẹ́mi, Amara, Sipho, Wanjiru, Tendai, Yaa, Juma, Lerato',
    'Abiodun, Boateng, Dlamini, Eze, Kamau, Mensah, Ndlovu, Okonkwo, Sithole, Wambui, Adéyẹmí',
  ),
  pool(
    'Ayşe, Çağla, Doğan, İbrahim, Şebnem, Işıl, Umut, Gülşen',
    'Aydın, Çelik, Özdemir, Yıldız, Şahin, Koç, Güneş, Ünal',
  ),
  pool(
    'Layla, Omar, Yasmin, Karim, Salma, Idris, Noura, Hadi',
    'Haddad, Khoury, Mansour, Sabbagh, Nassar, El Amrani, Farouk, Zaher',
  ),
  pool(
    'An, Thị Mai, Đức, Linh, Thảo, Quang, Hương, Bảo',
    'Nguyễn, Phạm, Trần, Đặng, Bùi, Vũ, Hoàng, Lý',
  ),
];

export const COMPANY_FIRST = words(
  'Alder, Amber, Anvil, Aurora, Beacon, Birch, Blåfjell, Bramble, Cedar, Çınar, Cobalt, Corvid, ' +
    'Delta, Drift, Ember, Fable, Fjord, Garnet, Glacier, Granite, Harbour, Hazel, Højbjerg, Iris, ' +
    'Juniper, Kelp, Kestrel, Larkspur, Lumière, Lynx, Maple, Meridian, Nimbus, Ochre, Orchard, ' +
    'Otter, Pebble, Plover, Quartz, Quince, Réverbère, Río Claro, Rowan, Saffron, São Bento, ' +
    'Sorrel, Świt, Tally, Teasel, Umbra, Velvet, Vireo, Willow, Wren, Yarrow, Zephyr, Žirafa, ' +
    'Östersjön, Überland, 北斗=hokuto, 青空=aozora',
);

export const COMPANY_SECOND = words(
  'Analytics, Bikes, Dental, Energy, Foods, Freight, Health, Instruments, Insurance, Labs, ' +
    'Learning, Logistics, Media, Optics, Robotics, Studio, Systems, Textiles, Travel, Works',
);

export const COMPANY_FORM = ['GmbH', 'AG', 'SARL', 'Oy', 'AB', 'Ltd', 'Inc.', 'S.A.', 'BV', '& Co'];

/** Mail domains of people without a company. RFC 2606 reserves `.example`. */
export const MAIL_DOMAINS = ['mail.example', 'post.example', 'inbox.example'];

export const UTM_SOURCES = ['google', 'newsletter', 'linkedin', 'podcast', 'partner', 'meetup'];
export const UTM_CAMPAIGNS = [
  'spring-launch',
  'compare-page',
  'webinar',
  'retargeting',
  'año-nuevo',
];
export const PLANS = ['free', 'team', 'business'];
