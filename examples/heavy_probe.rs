use saseo::config::shipped::{generic_profile, shipped_profiles};
use saseo::extract::{ArticleReader, Paper, Reading, decode};
use saseo::page_url::PageUrl;
fn hwm(key: &str) -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines().find(|l| l.starts_with(key)).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&args[2]).unwrap();
    let url = PageUrl::parse("https://www.saseo.example/news/articleView.html?idxno=812").unwrap();
    let profile = match args[1].as_str() { "generic" => generic_profile(), _ => shipped_profiles().into_iter().find(|p| p.name == "ndsoft").unwrap() };
    let reader = ArticleReader::new(profile.clone(), Paper::from(&profile));
    let text = decode(&bytes, "text/html", "kr").text.into_owned();
    drop(bytes);
    let before = hwm("VmRSS");
    let t = std::time::Instant::now();
    let mut said = String::new();
    match args[1].as_str() {
        "tree" => { let d = dom_query::Document::from(text.as_str()); said = format!("nodes {} errors {}", d.tree.len(), d.errors.borrow().len()); }
        "stat" => { let d = dom_query::Document::from(text.as_str());
            let (mut nodes, mut attrs, mut ab, mut sum, mut deep, mut tb, mut cls, mut uniq) = (0usize,0usize,0usize,0usize,0usize,0usize,0usize,std::collections::HashSet::new());
            let mut open = vec![(d.root(), 1usize)];
            let mut ld = 0; let mut commas = 0;
            while let Some((n, depth)) = open.pop() { nodes += 1; sum += depth; deep = deep.max(depth);
                n.query(|x| match &x.data { dom_query::NodeData::Element(e) => { attrs += e.attrs.len(); for a in &e.attrs { ab += a.value.len(); if &*a.name.local=="class" { cls += a.value.split_ascii_whitespace().count(); } uniq.insert(a.name.local.to_string()); } }
                    dom_query::NodeData::Text{contents} => tb += contents.len(), _ => {} });
                if n.attr("type").is_some_and(|t| &*t == "application/ld+json") { let t = n.text().to_string(); ld += t.len(); commas += t.matches([',','{','[']).count(); }
                open.extend(n.children_it(true).map(|c| (c, depth + 1))); }
            said = format!("bytes {} nodes {nodes} attrs {attrs} attrbytes {ab} sumdepth {sum} deepest {deep} textbytes {tb} classes {cls} errors {} ld {ld} commas {commas} names {}", text.len(), d.errors.borrow().len(), uniq.len()); }
        "traf" => { let u = url.as_url().clone(); let o = trafilatura::Options::default().with_fallback(true).with_focus(trafilatura::ExtractionFocus::FavorRecall).with_exclude_comments(true).with_url(url.as_url().clone());
            said = format!("{:?}", trafilatura::extract(&text, &o).map(|r| r.content_html.len()).map_err(|e| e.to_string())); }
        "read" => { said = format!("{:?}", dom_smoothie::Readability::new(text.as_str(), Some(url.as_str()), None).ok().and_then(|mut r| r.parse().ok()).map(|r| r.content.len())); }
        "check" => { said = format!("{:?}", saseo::markup::check(&text)); }
        _ => { said = match reader.read(&url, &text) { Reading::Article(a) => { let h = hwm("VmHWM"); let n=a.text().len(); let s = saseo::extract::simhash(&a.text()); format!("article {n} (before text {h}) {s:?}") } , o => format!("{o:?}").chars().take(110).collect() } }
    }
    println!("{} {} {} {}", before, hwm("VmHWM"), t.elapsed().as_millis(), said);
}
