/**
 * Present role of one of the shopper's experts. `generalist`: learns every choice. `active`: the most probable of the other kept
 * experts, if it is more probable than the generalist; it learns too. `frozen`: unchanged until it becomes the most probable one
 * again. `candidate`: on trial for 10 choices.
 */
export type ExpertState = 'generalist' | 'active' | 'frozen' | 'candidate';
