//! The words of several languages by which the fields of unknown pages are told apart. Those in the
//! names of elements stand in `element_words`.

/// Parts of an author's page's address.
#[rustfmt::skip]
pub(super) const PAGES_OF_WRITERS: [&str; 14] = [
    "/author", "/autor", "/auteur", "/reporter", "/journalist", "/by/", "/people/", "/profile",
    "/staff/", "/writer", "/contributor", "/columnist", "/signataire", "/firmas/",
];

/// Words that may stand before [`BY`] in a byline: `Written by`, `Ein Kommentar von`.
#[rustfmt::skip]
pub(super) const BEFORE_BY: [&str; 61] = [
    "this", "post", "was",
    "written", "posted", "published", "reported", "words", "story", "text", "article", "opinion",
    "analysis", "review", "interview", "commentary", "column", "report", "created",
    "authored", "ein", "eine", "kommentar", "analyse", "gastbeitrag", "geschrieben",
    "kolumne", "reportage", "rezension", "essay", "glosse", "publié", "rédigé", "écrit",
    "propos", "recueillis", "texte", "escrito", "publicado", "texto", "scritto", "pubblicato",
    "testo", "a", "skrevet", "tekst", "skriven", "an", "from",
    "reporting", "guest", "exclusive", "special", "interviewed", "aufgezeichnet",
    "protokolliert", "protokoll", "gespräch", "cura", "entrevista", "opracowanie",
];

/// Words before the writers' names.
#[rustfmt::skip]
pub(super) const BY: [&str; 15] = [
    "by", "von", "par", "por", "av", "af", "door", "di", "da", "przez", "od", "de", "yazan", "โดย",
    "द्वारा",
];

/// The words before the names of those who did something else than write.
#[rustfmt::skip]
pub(super) const OTHER_WORK: [&str; 26] = [
    "reviewed by", "medically reviewed", "edited by", "fact checked", "fact-checked", "updated by",
    "photo by", "photos by", "photography by", "photograph by", "translated by", "illustration by",
    "illustrations by", "produced by", "foto von", "fotos von", "photos de", "photos par",
    "fotos de", "foto di",
    "editing by", "additional reporting by", "photographs by", "photographie par",
    "fotografie von", "compiled by",
];

/// Labels before the names of those who did something else than write, with a colon.
#[rustfmt::skip]
pub(super) const OTHER_LABELS: [&str; 51] = [
    "foto", "fotos", "foto's", "photo", "photos", "photographs", "photographer", "photography",
    "photographe", "fotógrafo", "fotógrafa", "fotograf", "fotografin", "fotografie", "fotografía",
    "fotografías", "fotografia", "bild", "bilder", "kamera", "camera", "video", "vídeo", "vídeos",
    "illustration", "illustrations", "illustrationen", "ilustración", "ilustraciones", "grafik",
    "grafiken", "graphics", "infographic", "translation", "traduction",
    "kuva", "kuvat", "editor", "redaktur", "editing", "photos by", "责任编辑", "責任編輯", "编辑", "編輯",
    "校对", "校對", "摄影", "攝影", "фото", "редактор",
];

/// Labels before the names of Japanese writers, with a dot: `文・山田太郎`.
pub(super) const JAPANESE_LABELS: [&str; 6] =
    ["取材・文", "文・構成", "聞き手", "構成", "取材", "文"];

/// Labels before the names of those who took the pictures of a Japanese story.
pub(super) const JAPANESE_OTHER_LABELS: [&str; 3] = ["写真", "撮影", "イラスト"];

/// Words before a role that stands before a name: `unserer Redakteurin Anna Martel`.
#[rustfmt::skip]
pub(super) const OUR: [&str; 16] = [
    "our", "unser", "unsere", "unserer", "unserem", "unseren", "notre", "nos", "nuestra",
    "nuestro", "nossa", "nosso", "vår", "vores", "onze", "nostro",
];

/// Labels before the writers' names, with a colon or an equals sign.
#[rustfmt::skip]
pub(super) const LABELS: [&str; 46] = [
    "author", "authors", "writer", "reporter", "journalist", "text", "words", "story", "autor",
    "autorin", "autoren", "texte", "auteur", "texto", "testo", "autore", "tekst", "글", "글쓴이",
    "작성자", "기자명", "文", "取材", "ผู้เขียน", "เรื่อง",
    "protokoll", "aufzeichnung", "автор", "авторы", "текст", "作者",
    "撰文", "yazar", "oleh", "penulis", "tác giả", "teksti", "كتب", "كتبت", "بقلم",
    "द्वारा", "kirjoittaja", "skribent", "szerző", "συντάκτης", "συντάκτρια",
];

/// Words between two names. Those after the first four also join the parts of a family name, so
/// they stand between two names only where both have two words.
#[rustfmt::skip]
pub(super) const AND: [&str; 16] = [
    "and", "und", "와", "과", "et", "y", "og", "och", "e", "en", "ja", "ve", "i", "a", "és", "with",
];

/// The first words of [`AND`] that stand in no name.
pub(super) const PLAIN_ANDS: usize = 4;

/// The last words of roles: `Political Correspondent`, `DVM`.
#[rustfmt::skip]
pub(super) const ROLES: [&str; 66] = [
    "editor", "reporter", "correspondent", "writer", "contributor", "columnist", "journalist",
    "producer", "expert", "specialist", "analyst", "critic", "blogger", "author", "photographer",
    "photojournalist", "presenter", "host", "reviewer", "fellow", "intern", "professor", "director",
    "manager", "redakteur", "redakteurin", "korrespondent", "korrespondentin", "autor", "autorin",
    "journalistin", "reporterin", "journaliste", "correspondant", "correspondante", "rédacteur",
    "rédactrice", "redactor", "redactora", "corresponsal", "periodista", "giornalista",
    "journalisten", "kommentator", "redaktør", "reporteren", "dvm", "phd", "md", "rd", "ceo",
    "cfo", "mba", "korrespondenten", "envoyé", "envoyée", "spécial", "spéciale", "enviado",
    "enviada", "inviato", "inviata",
    "redacteur", "verslaggever", "correspondente", "redakteuren",
];

/// Words before the last word of a role.
#[rustfmt::skip]
pub(super) const ROLE_ADJECTIVES: [&str; 68] = [
    "senior", "chief", "deputy", "associate", "assistant", "managing", "contributing",
    "executive", "staff", "guest", "special", "freelance", "former", "lead", "principal", "news",
    "political", "politics", "business", "economics", "economic", "financial", "finance",
    "sports", "sport", "football", "technology", "tech", "science", "health", "environment",
    "climate", "energy", "education", "culture", "arts", "entertainment", "media", "legal",
    "crime", "security", "defence", "defense", "diplomatic", "foreign", "world", "global",
    "international", "national", "local", "regional", "europe", "asia", "africa", "white",
    "house", "data", "investigative", "travel", "food", "consumer", "digital", "marketing",
    "sales", "content", "product", "community", "research",
];

/// Words of offices, papers and user accounts. A name that has one is no person's.
#[rustfmt::skip]
pub(super) const OFFICES: [&str; 60] = [
    "newsroom", "newsdesk", "desk", "bureau", "staff", "team", "redaktion", "redaktionen",
    "redactie", "redaction", "rédaction", "redacción", "redacao", "redação", "redazione",
    "redakcja", "redaksjonen", "editorial", "editors", "news", "agency", "agencies", "agentur",
    "agenturen", "agence", "agencia", "agência", "agenzia", "ajansı", "press", "media",
    "magazine", "newspaper", "zeitung",
    "online", "admin", "administrator", "webmaster", "naver", "네이버", "다음", "board", "office",
    "service", "services", "department", "corporation", "company", "inc", "ltd", "gmbh", "llc",
    "network", "tv", "radio", "university", "college", "institute", "foundation", "관리자",
];

/// The ends of the names of Korean offices and papers.
#[rustfmt::skip]
pub(super) const KOREAN_OFFICES: [&str; 16] = [
    "편집부", "편집국", "뉴스팀", "뉴스부", "취재팀", "취재부", "보도국", "보도팀", "신문", "일보",
    "뉴스", "통신", "센터", "본부", "방송", "닷컴",
];

/// What a person did, before the name: `글·사진 홍길동 작가`.
pub(super) const KOREAN_WORK: [&str; 6] = ["글", "사진", "그림", "취재", "정리", "글·사진"];

/// The works of [`KOREAN_WORK`] that are no text.
pub(super) const KOREAN_PICTURES: [&str; 2] = ["사진", "그림"];

/// Japanese titles of those who sign stories.
pub(super) const JAPANESE_SIGNERS: [&str; 5] = ["編集委員", "論説委員", "特派員", "支局長", "記者"];

/// The ends of the names of Japanese offices, papers and agencies.
#[rustfmt::skip]
pub(super) const JAPANESE_OFFICES: [&str; 27] = [
    "編集部", "編集局", "報道部", "取材班", "取材部", "社会部", "政治部", "経済部", "文化部",
    "運動部", "国際部", "支局", "通信", "通信社", "新聞", "新聞社",
    "報導", "报道", "報道", "编辑部", "編輯部", "综合", "綜合", "日报", "日報", "网", "網",
];

/// The ends of the names of Chinese papers, agencies and desks.
#[rustfmt::skip]
pub(super) const CHINESE_OFFICES: [&str; 12] = [
    "新闻", "报", "報", "社", "财经", "財經", "中心", "客户端", "小编", "小編", "编辑", "編輯",
];

/// Words before a place or a paper in a Spanish or Portuguese byline: `Ana Ruiz, de Puerto Viejo`.
pub(super) const BEFORE_IBERIAN_PLACES: [&str; 13] = [
    "de", "do", "da", "dos", "das", "del", "em", "en", "no", "na", "desde", "para", "direto",
];

/// Agencies that Japanese papers name in brackets at the end of a story.
pub(super) const JAPANESE_AGENCIES: [&str; 6] =
    ["共同", "時事", "新華社", "中央社", "聯合", "世界日報"];

/// The ends of words in brackets at the end of a Japanese story that are no names.
#[rustfmt::skip]
pub(super) const JAPANESE_NO_NAMES: [&str; 26] = [
    "敬称略", "以下略", "後略", "中略", "掲載", "連載", "撮影", "提供", "参照", "当時", "時点",
    "終わり", "続く", "会社員", "公務員", "主婦", "学生", "無職", "教授", "本社", "支社", "都", "府",
    "県", "市", "区",
];

/// The beginnings of the names of Thai offices and agencies.
pub(super) const THAI_OFFICES: [&str; 7] = [
    "กองบรรณาธิการ",
    "ทีมข่าว",
    "ทีมงาน",
    "สำนักข่าว",
    "โต๊ะข่าว",
    "ฝ่ายข่าว",
    "ผู้สื่อข่าว",
];

/// Words before a news agency: `Anne Petit avec AFP`.
pub(super) const WITH: [&str; 8] = ["with", "avec", "mit", "con", "com", "med", "met", "for"];

/// News agencies.
#[rustfmt::skip]
pub(super) const AGENCIES: [&str; 72] = [
    "reuters", "ap", "associated press", "the associated press", "afp", "agence france presse",
    "dpa", "dpa infocom", "sid", "epd", "kna", "ansa", "adnkronos", "efe", "europa press",
    "lusa", "ritzau", "ntb", "tt", "stt", "apa", "sda", "keystone sda", "pa", "pa media",
    "press association", "bloomberg", "upi", "xinhua", "tass", "interfax", "ria novosti", "anp",
    "belga", "pap", "kyodo", "getty images", "pti", "ani", "ians", "aap", "app", "bernama",
    "antara",
    "agencias", "agências", "estadão conteúdo", "folhapress", "télam", "telam", "notimex",
    "canadian press", "the canadian press", "la presse canadienne", "ats", "keystonesda",
    "keystoneats", "aa", "dha", "iha", "i\u{307}ha", "anadolu", "yonhap", "cna", "ttxvn", "vna",
    "jiji",
    "tim redaksi", "contributed", "monitoring report", "imago", "epa",
];

/// Words that are told with a time, and are no part of a name.
#[rustfmt::skip]
pub(super) const OF_TIME: [&str; 25] = [
    "today", "yesterday", "updated", "update", "published", "posted", "modified", "last",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "heute",
    "gestern", "aktualisiert", "publié", "hier", "입력", "수정", "등록", "승인", "송고",
];

/// Months in English. A month may be a name, so it is one only beside a number.
#[rustfmt::skip]
pub(super) const MONTHS: [&str; 24] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec",
];

/// Words in small letters within names.
#[rustfmt::skip]
pub(super) const PARTICLES: [&str; 41] = [
    "von", "vom", "van", "de", "der", "den", "del", "della", "di", "da", "do", "dos", "das", "du",
    "des", "la", "le", "las", "los", "lo", "ter", "ten", "te", "zu", "zum", "zur", "af", "av",
    "y", "e", "i", "al", "el", "bin", "ibn", "bint", "ben", "d", "san", "'t", "ap",
];

/// Networks to which pages link, by their names and hosts.
#[rustfmt::skip]
pub(super) const NETWORKS: [&str; 20] = [
    "facebook", "twitter", "x", "linkedin", "instagram", "bluesky", "bsky", "youtube", "mastodon",
    "threads", "pinterest", "telegram", "whatsapp", "reddit", "tiktok", "email", "mail", "rss",
    "flipboard", "xing",
];

/// Korean titles of those who sign stories.
#[rustfmt::skip]
pub(super) const KOREAN_SIGNERS: [&str; 27] = [
    "기자", "특파원", "논설위원", "편집위원", "편집장", "편집인", "발행인", "주필", "앵커",
    "리포터", "통신원", "에디터", "칼럼니스트", "작가", "시인", "소설가", "평론가", "비평가",
    "교수", "연구원", "연구위원", "변호사", "전문의", "의사", "번역가", "사진가", "피디",
];

/// Names of the first step of a breadcrumb, which is the home page.
#[rustfmt::skip]
pub(super) const HOMES: [&str; 24] = [
    "home", "homepage", "start", "startseite", "accueil", "inicio", "início", "portada", "front",
    "frontpage", "forside", "hem", "etusivu", "strona główna", "главная", "ana sayfa", "홈", "메인",
    "처음", "ホーム", "トップ", "首页", "首頁", "news home",
];

/// Last steps of a breadcrumb that stand for the article itself.
pub(super) const LAST_STEPS: [&str; 9] = [
    "기사",
    "기사보기",
    "본문",
    "상세보기",
    "記事",
    "正文",
    "详情",
    "article",
    "detail",
];

/// Labels before or above the tags of a story.
#[rustfmt::skip]
pub(super) const LABELS_OF_TAGS: [&str; 105] = [
    "topics", "related topics", "tags", "tag", "tagged", "tagged with", "keywords",
    "filed under", "in this story", "more on", "more about", "read more about", "themen",
    "schlagworte", "schlagwörter", "stichwörter", "mehr zum thema", "themen in diesem artikel",
    "sur ces sujets", "sur le même sujet", "mots-clés", "mots clés", "thèmes", "thématiques",
    "étiquettes", "à lire sur", "temas", "más sobre", "temas relacionados", "etiquetas",
    "palabras clave", "archivado en", "argomenti", "tag dell'articolo", "parole chiave", "temi",
    "assuntos", "tópicos", "palavras-chave", "mais sobre", "tudo sobre", "onderwerpen",
    "trefwoorden", "meer over", "lees meer over", "ämnen", "ämne", "taggar", "mer om", "emner",
    "stikkord", "nøgleord", "læs mere om", "aiheet", "avainsanat", "lue lisää aiheesta", "tagi",
    "tematy", "słowa kluczowe", "témata", "štítky", "klíčová slova", "темы", "теги", "тэги",
    "ключевые слова", "ещё по теме", "теми", "ключові слова", "etiketler", "anahtar kelimeler",
    "ilgili konular", "topik terkait", "topik", "từ khóa", "chủ đề", "címkék", "etichete",
    "cuvinte cheie", "ετικέτες", "σχετικά θέματα", "标签", "關鍵字", "关键词", "關鍵詞", "標籤", "相关话题", "タグ",
    "キーワード", "関連キーワード", "関連タグ", "トピックス", "태그", "관련 태그", "키워드", "관련 키워드", "해시태그",
    "الكلمات المفتاحية", "وسوم", "الوسوم", "مواضيع", "תגיות", "แท็ก", "แท็กที่เกี่ยวข้อง",
    "คำค้นหา",
];
