/**
 * Search in plain words over names. Chinese has no spaces to split at, so a
 * name scores by the pairs of neighbouring characters it shares with the query
 * and, weaker, by single ones; everyday words first widen to the words offices
 * use. The word groups are the language's, not one town's.
 */
const WORDS: string[][] = [
  ['坏了', '坏', '破损', '损坏', '不亮', '故障', '破'],
  ['太吵', '吵', '噪音', '噪声', '扰民'],
  ['臭', '难闻', '油烟', '异味'],
  ['垃圾', '清运', '保洁', '固废'],
  ['没水', '停水', '水压'],
  ['淹', '积水', '内涝', '排水'],
  ['狗', '遛狗', '养犬'],
  ['欠薪', '工钱', '工资', '拖欠'],
  ['老鼠', '蚊子', '蟑螂', '病媒'],
  ['烧', '冒烟', '秸秆', '露天焚烧'],
  ['路', '坑', '公路', '道路'],
  ['桥', '农桥'],
  ['公交车', '班车', '公交'],
  ['停车', '乱停'],
  ['摆摊', '占道', '流动摊贩', '经营'],
  ['违建', '搭建', '违法建设'],
  ['骗', '诈骗'],
  ['买东西', '退货', '消费', '纠纷'],
  ['态度', '作风', '窗口'],
  ['医院', '看病', '医疗'],
  ['报销', '医保'],
  ['养老', '老人', '养老金'],
  ['低保', '困难', '特困'],
  ['拆迁', '征地', '补偿'],
  ['建房', '宅基地'],
  ['鞭炮', '烟花', '爆竹'],
  ['着火', '消防', '火灾', '起火'],
  ['煤气', '燃气'],
  ['lamp', 'light', 'street light', '路灯'],
  ['noise', 'noisy', 'loud', '噪声'],
  ['rubbish', 'garbage', 'trash', 'waste', 'refuse', '垃圾'],
  ['road', 'pothole', 'street', '公路', '道路'],
  ['wage', 'wages', 'salary', 'pay', '工资'],
  ['dog', 'dogs', '犬'],
  ['smell', 'smoke', 'fumes', 'odour', '异味'],
  ['water', '停水', '水质', '排水'],
  ['parking', 'park', '停车'],
  ['food', '食品'],
  ['fire', '消防'],
]

function widen(query: string): string[] {
  const text = query.trim().toLowerCase()
  const more = WORDS.filter((group) => group.some((word) => word.length > 1 ? text.includes(word) : text === word))
  return [...new Set([text, ...more.flat()])]
}

const pairs = (text: string) => Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2))

function scoreOne(name: string, term: string): number {
  if (!term || !name) return 0
  if (name.includes(term)) return 100 + term.length
  if (/^[\x20-\x7e]+$/.test(term)) return 0
  return pairs(term).filter((pair) => name.includes(pair)).length * 10
}

/** Higher is better, 0 is no match. What was typed counts twice as much as what it was widened to. */
export function scorer(query: string): (names: string) => number {
  const [typed = '', ...widened] = widen(query)
  return (names) => {
    const text = names.toLowerCase()
    const best = Math.max(0, ...widened.map((term) => (term.length > 1 ? scoreOne(text, term) : 0)))
    return scoreOne(text, typed) * 2 + best
  }
}
