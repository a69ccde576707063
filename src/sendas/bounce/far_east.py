"""Refusals in Chinese, Japanese and Korean, word for word in the words that the lexicon has.

These scripts write no blanks between words, so that a word is found by its letters wherever they
stand, the longest first.
"""

import re


_WORDS: dict[str, str] = {
    # Chinese
    "用户": "user", "收件人": "recipient", "收件方": "recipient", "邮箱": "mailbox",
    "信箱": "mailbox", "账号": "account", "帐号": "account", "地址": "address",
    "不存在": "not exist", "找不到": "not found", "未找到": "not found", "无此": "no such",
    "查无": "no such", "已满": "full", "满了": "full", "超出": "exceeded", "超过": "exceeded",
    "容量": "quota", "配额": "quota", "空间不足": "no space", "频率": "rate",
    "过高": "exceeded", "过快": "exceeded", "频繁": "too many rate", "太多": "too many",
    "过多": "too many", "大量群发": "bulkmail", "垃圾邮件": "spam mail", "拒绝": "rejected",
    "被拒": "rejected", "禁用": "disabled", "停用": "disabled", "冻结": "frozen",
    "发件人": "sender", "病毒": "virus", "附件": "attachment",
    "过大": "too large", "并发": "concurrent", "连接": "connection",
    "限制": "limit", "禁止": "forbidden", "内容": "content", "敏感": "sensitive", "登录": "login",
    "过期": "expired", "服务器": "server",
    "太大": "too large", "黑名单": "blacklist", "认证": "authentication",
    "失败": "failed", "域名": "domain", "邮件": "mail",
    # Japanese
    "ユーザー": "user", "ユーザ": "user", "宛先": "recipient", "受信者": "recipient",
    "メールボックス": "mailbox", "アドレス": "address", "見つかりません": "not found",
    "見つからない": "not found", "存在しません": "not exist", "存在しない": "not exist",
    "不明": "unknown", "いっぱい": "full", "超え": "exceeded", "超過": "exceeded",
    "拒否": "rejected", "迷惑メール": "spam mail", "ウイルス": "virus", "添付": "attachment",
    "大きすぎ": "too large", "停止": "suspended", "無効": "disabled",
    "認証": "authentication",
    "サーバ": "server", "接続": "connection", "登録されていません": "not registered",
    "送信者": "sender", "ドメイン": "domain", "多すぎ": "too many", "メール": "mail",
    # Korean
    "사용자": "user", "수신자": "recipient", "받는 사람": "recipient", "메일함": "mailbox",
    "편지함": "mailbox", "계정": "account", "주소": "address", "존재하지 않": "not exist",
    "없는": "not exist", "찾을 수 없": "not found", "초과": "exceeded", "용량": "quota",
    "가득": "full", "스팸": "spam mail", "거부": "rejected", "차단": "blocked",
    "바이러스": "virus", "첨부": "attachment", "정지": "suspended", "휴면": "dormant",
    "인증": "authentication", "실패": "failed", "도메인": "domain", "너무 많": "too many",
}  # fmt: skip
_FOREIGN = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))


def in_english(lowered: str) -> str:
    """*lowered* with each such word in English, blanks around it; as it is without any."""
    if lowered.isascii():
        return lowered
    return _FOREIGN.sub(lambda found: f" {_WORDS[found[0]]} ", lowered)
