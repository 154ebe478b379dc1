export const RULES_FILE = 'rules.json';
