/** Titles and reasons with the lengths and scripts of shops in these languages. */
const TEXTS: Record<string, { titles: string[]; reason: string }> = {
  en: {
    titles: [
      'Mug',
      'Hand-thrown stoneware teapot with bamboo handle and infuser',
      'Linen apron (natural)',
      'Cutting board',
    ],
    reason: 'Because you looked at “Stoneware dinner plate, set of four”',
  },
  ja: {
    titles: [
      '湯呑み',
      '手びねり炻器の急須（竹製の取っ手と茶こし付き）、二人用、茶色',
      'リネンのエプロン（生成り）',
      'まな板',
    ],
    reason: '「炻器のディナープレート、4枚組」をご覧になったため',
  },
  de: {
    titles: [
      'Becher',
      'Handgedrehte Steinzeugteekanne mit Bambushenkel und Teesieb',
      'Geschirrspülmaschinengeeignet',
      'Brett',
    ],
    reason: 'Weil Sie „Steinzeug-Essteller, Viererset“ angesehen haben',
  },
  fr: {
    titles: [
      'Tasse',
      'Théière en grès tournée à la main, anse en bambou et infuseur',
      'Tablier en lin (naturel)',
      'Planche',
    ],
    reason: 'Parce que vous avez regardé « Assiette plate en grès, lot de quatre »',
  },
  es: {
    titles: [
      'Taza',
      'Tetera de gres torneada a mano con asa de bambú e infusor',
      'Delantal de lino (natural)',
      'Tabla de cortar',
    ],
    reason: 'Porque miraste «Plato llano de gres, juego de cuatro»',
  },
  ar: {
    titles: [
      'كوب',
      'إبريق شاي خزفي مصنوع يدويًا بمقبض من الخيزران ومصفاة',
      'مئزر من الكتان (طبيعي)',
      'Linen apron (natural).',
    ],
    reason: 'لأنك شاهدت «طبق عشاء خزفي، طقم من أربعة»',
  },
};

const imageOf = (n: number): string => {
  const shape = n % 2 ? '<circle cx="64" cy="64" r="40"/>' : '<rect x="24" y="34" width="80" height="60" rx="12"/>';
  const hue = (n * 67) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" fill="hsl(${hue} 45% 55%)">${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
};

/** 40 products in a language; some have no image, no price, or are sold out. */
export function productsIn(language: string) {
  const { titles, reason } = TEXTS[language] ?? TEXTS.en;
  return Array.from({ length: 40 }, (_, n) => ({
    score: 40 - n,
    source: 'personal' as const,
    contributions: {},
    reason: n % 4 === 3 ? '' : reason,
    position: n,
    item: {
      id: `p${n}`,
      title: titles[n % titles.length],
      description: '',
      category: 'Kitchen',
      url: `/product/p${n}`,
      price: n % 5 === 4 ? undefined : 1234.5 / (n + 1),
      image: n % 6 === 5 ? undefined : imageOf(n),
      availability: n % 7 === 2 ? ('out-of-stock' as const) : ('in-stock' as const),
      attributes: {},
    },
  }));
}

export type Product = ReturnType<typeof productsIn>[number];
