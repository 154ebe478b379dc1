/** A query of the demo shop's search, and what a shopper expects of the first five results. */
export interface SearchQuery {
  text: string;
  /** Titles or categories: each must be among the first five, a category with any of its products. Empty: nothing is found. */
  wants: readonly string[];
  /** Titles, categories or words of titles that must not be among the first five. */
  not?: readonly string[];
}

const query = (text: string, wants: readonly string[], not: readonly string[] = []): SearchQuery => ({
  text,
  wants,
  not,
});

/** Words that titles have, beginnings of them, typing errors, other words for the same, needs in a sentence, and nonsense. */
export const SEARCH_QUERIES: readonly SearchQuery[] = [
  // Words of titles: what has them comes before all others.
  query('sofa', ['Sofa and Floor Lamp'], ['Soft Ice Cream Cone']),
  query('t-shirt', ['Green T-Shirt'], ['T-Rex Dinosaur Figure']),
  query('umbrella', ['Folded Umbrella', 'Rainproof Umbrella', 'Open Umbrella']),
  query('teapot', ['Red Teapot'], ['Test Tube']),
  query('chess', ['Chess Pawn'], ['Cheese Wedge', 'Sweet Chestnuts']),
  query('violin', ['Violin'], ['Safety Vest']),
  query('red wine', ['Red Wine'], ['Red Balloon', 'Red Toolbox']),
  query('wall clock', ['Wall Clock Six', 'Wall Clock Noon']),
  query('kitchen knife', ['Kitchen Knife']),
  query('elephant', ['Elephant Plush'], ['Eagle Figure']),
  query('peach', ['Peach'], ['Peacock Figure', 'Beach Day Print']),
  query('pear', ['Pear'], ['Bear Cushion']),
  query('rose', ['Red Rose', 'Drooping Rose'], ['Long-Neck Dinosaur Figure']),
  query('banjo', ['Banjo'], ['Bamboo Chopsticks']),
  query('snow globe', [], ['Basketball']),
  query('camping tent', ['Camping Tent'], ['Cabin Suitcase']),
  query('blue jeans', ['Blue Jeans'], ['Blueberries']),
  query('apple juice', ['Apple Juice Box']),
  query('red sofa', ['Sofa and Floor Lamp']),
  query('wooden chair', ['Kitchen Chair']),
  query('gold medal', ['Gold Medal'], ['Golden Key']),
  query('dog', ['Dog Plush', 'Hot Dog'], ['Dodo Figure']),
  // Beginnings of words, as a shopper types.
  query('umb', ['Folded Umbrella']),
  query('hea', ['Over-Ear Headphones']),
  query('choc', ['Chocolate Bar', 'Chocolate Cupcake']),
  query('tele', ['Telescope', 'Retro Television']),
  query('dino', ['T-Rex Dinosaur Figure', 'Long-Neck Dinosaur Figure']),
  query('running sh', ['Running Shoe']),
  query('guit', ['Electric Guitar'], ['Garden/Plants & Trees']),
  // Typing errors, and other forms of a word.
  query('elehpant', ['Elephant Plush']),
  query('umbrela', ['Open Umbrella']),
  query('guitarr', ['Electric Guitar']),
  query('choclate', ['Chocolate Bar']),
  query('microscoop', ['Microscope'], ['Microphone']),
  query('sunglases', ['Sunglasses']),
  query('keybord', ['Computer Keyboard']),
  query('shoes', ['Running Shoe', 'Clothing/Shoes']),
  query('lamps', ['Home/Lamps & Candles'], ['Vine Tomato']),
  // Other words for the same.
  query('couch', ['Sofa and Floor Lamp']),
  query('rucksack', ['School Backpack']),
  query('crockery', ['Dinner Plate Set'], ['Rice Cracker']),
  query('footwear', ['Clothing/Shoes']),
  query('jewellery', ['Diamond Ring']),
  query('cutlery', ['Cutlery Set']),
  query('aubergine', ['Eggplant']),
  // Needs in a sentence.
  query('something warm to drink', ['Food/Drinks'], ['Hot Springs Print']),
  query('for rainy weather', ['Rainproof Umbrella']),
  query('gift for a child who likes dinosaurs', ['T-Rex Dinosaur Figure']),
  query('a musical instrument', ['Music/Instruments']),
  query('toys for the bath', ['Toys/Sea Animals']),
  query('warm clothes for winter', ['Brown Winter Coat']),
  query('writing with ink', ['Fountain Pen']),
  query('healthy fruit snack', ['Food/Fruit']),
  query('tool for cutting wood', ['Carpentry Saw']),
  query('to look at the stars', ['Telescope']),
  query('japanese food', ['Food/Asian Kitchen']),
  query('something to wear in the sun', ['Sun Hat with Ribbon']),
  query('decoration for christmas', ['Gift Box']),
  query('sweets for a party', ['Food/Sweets']),
  // Nonsense.
  query('xyzzyqq', []),
  query('qwrtpsdf', []),
  query('blorfnax gruntle', []),
];
