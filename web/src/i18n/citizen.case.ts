/** Texts of a case once something was done about it: outcomes of a rating, redo, before and after. */
import { partTexts } from './index'

const zh = {
  'rate.done': '谢谢，您的评价已经记下。',
  'rate.done.redo': '谢谢您说真话。这件事会重新办理，进度还在这里看。',
  'rate.done.centre': '谢谢您说真话。已经办过几次，接下来由指挥中心定夺。',
  'rate.given': '您的评价',
  'level.verySatisfied': '非常满意',
  'level.satisfied': '满意',
  'level.basicallySatisfied': '基本满意',
  'level.dissatisfied': '不满意',
  'level.veryDissatisfied': '非常不满意',

  'reopen': '要求重新办理',
  'reopen.hint': '问题又出现，或者没有真正解决',
  'reopen.hint.until': '{when} 前可以要求',
  'reopen.text': '现在是什么情况',
  'reopen.error': '请写下现在是什么情况',
  'reopen.send': '要求重办',
  'redos': '已重办 {n} 次，最多 {max} 次',

  'both.title': '办理前后',
  'both.before': '办理前（您的照片）',
  'both.after': '办理后（经办单位的照片）',

  'file.audio': '录音 {n}',
  'file.audio.listen': '听录音 {n}',
  'file.unseen': '这张照片在这里看不了',
  'file.save': '存到这台设备',

  'group': '有 {n} 人遇到同样的事',
  'onBehalf': '代为反映',
  'relation.parent': '替父母、长辈',
  'relation.child': '替孩子',
  'relation.spouse': '替配偶',
  'relation.relative': '替亲戚',
  'relation.neighbour': '替邻居',
  'relation.friend': '替朋友',
  'relation.colleague': '替同事',
  'relation.other': '替其他人',

  'data.erased': '您的个人信息已在 {when} 按您的要求删除。',
} as const

const en: Record<keyof typeof zh, string> = {
  'rate.done': 'Thank you, your rating is recorded.',
  'rate.done.redo': 'Thank you for saying so. It will be done again; follow it here.',
  'rate.done.centre': 'Thank you for saying so. It has been redone before, so the command centre decides now.',
  'rate.given': 'Your rating',
  'level.verySatisfied': 'Very satisfied',
  'level.satisfied': 'Satisfied',
  'level.basicallySatisfied': 'Basically satisfied',
  'level.dissatisfied': 'Dissatisfied',
  'level.veryDissatisfied': 'Very dissatisfied',

  'reopen': 'Ask for it to be done again',
  'reopen.hint': 'It is back, or was never really resolved',
  'reopen.hint.until': 'Possible until {when}',
  'reopen.text': 'What is the situation now',
  'reopen.error': 'Write what the situation is now',
  'reopen.send': 'Ask for a redo',
  'redos': 'Redone {n} of at most {max} times',

  'both.title': 'Before and after',
  'both.before': 'Before (your photos)',
  'both.after': 'After (the unit’s photos)',

  'file.audio': 'Voice note {n}',
  'file.audio.listen': 'Listen to voice note {n}',
  'file.unseen': 'This photo cannot be shown here',
  'file.save': 'Save to this device',

  'group': '{n} person has seen the same||{n} people have seen the same',
  'onBehalf': 'On behalf of',
  'relation.parent': 'A parent or elder',
  'relation.child': 'A child',
  'relation.spouse': 'A spouse',
  'relation.relative': 'A relative',
  'relation.neighbour': 'A neighbour',
  'relation.friend': 'A friend',
  'relation.colleague': 'A colleague',
  'relation.other': 'Somebody else',

  'data.erased': 'Your personal information was deleted on {when}, as you asked.',
}

export const tc = partTexts(zh, en)
