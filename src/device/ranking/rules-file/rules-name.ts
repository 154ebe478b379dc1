/** Name of the file of the shop's rules, in the bundle. */
export const RULES_FILE = 'rules.json';
