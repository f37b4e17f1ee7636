/** 整站都用得到的新文案：首页大按钮、通知、离线、朗读、地图说明、页名。 */
export const zhCNTown = {
  'nav.statistics': '办理统计',
  'nav.messages': '消息',
  'nav.privacy': '个人信息',

  'home.ask': '我要咨询',
  'home.ask.hint': '政策、流程、怎么办',
  'home.call': '打 {number}',
  'home.call.hint': '全天有人接',
  'home.notices': '镇里通知',
  'home.notices.until': '{from} 至 {until}',
  'home.notices.failed': '通知没有载入，不影响反映问题。',
  'home.messages': '消息',
  'home.messages.hint': '镇里给您的答复',
  'home.statistics': '办理统计',
  'home.statistics.hint': '收了多少、办得怎样',

  'offline.bar': '现在没有网络。',
  'offline.kept': '您填的内容都保存在这台设备上，连上后接着来。',
  'offline.back': '网络恢复了。',
  'lang.failed': 'English 没有载入。联网后请重新载入这一页，再切换。',

  'read.start': '朗读这一页',
  'read.stop': '停止朗读',

  'map.tiles': '地图底图来自 {hosts}：打开地图时，它会看到您的网络地址和看的是哪一带，看不到您反映的内容。',
  'map.computed': '村界按网格中心推算，不是法定界线。',

  'problem.alreadyRated.title': '这次结果已经评价过了',
  'problem.tooLate.title': '已经过了可以评价或要求重办的时间',
  'problem.tooLate.next': '问题还在，请重新反映，或者打 {hotline}。',
  'problem.meTooFull.title': '这件事已经有很多人反映了',
  'problem.meTooFull.next': '镇里已经知道，不用再登记。',

  'statistics.title': '办理统计',
  'messages.title': '消息',
  'privacy.title': '个人信息怎么用',
} as const
