//! The words of the pages about the archive's work, in each language: ledger, audit, exports.

use crate::serve::language::Language;
use crate::serve::words::words;

words! {
    /// The words of the pages about the archive's work.
    WorkWords;
    ledger: "Requests", "요청 기록";
    ledger_about:
        "Every request that saseo sent, the newest first. Times are UTC.",
        "saseo가 보낸 모든 요청입니다. 최신순이며 시각은 UTC입니다.";
    all_papers: "All papers", "모든 신문";
    day: "Day (UTC)", "날짜 (UTC)";
    choose: "Show", "보기";
    when: "When", "시각";
    address: "Address", "주소";
    host: "Host", "호스트";
    outcome: "Answer", "응답";
    wait: "Gap kept", "지킨 간격";
    bytes: "Bytes", "바이트";
    no_requests: "There are no requests here.", "해당하는 요청이 없습니다.";
    none_so_far:
        "None in the part that was looked through. There may be earlier ones.",
        "살펴본 범위에는 없습니다. 더 이전 기록이 있을 수 있습니다.";
    earlier: "Earlier requests", "이전 요청";
    no_answer: "no answer", "응답 없음";
    no_end: "not ended", "끝나지 않음";
    article: "article", "기사";
    removed: "(an article that was taken out of the archive)", "(보관소에서 삭제된 기사)";
    audit: "Audit", "규칙 준수 감사";
    audit_about:
        "The audit reads the whole ledger, and checks each request against what saseo promised.",
        "감사는 요청 기록 전체를 읽고, 요청마다 saseo의 약속을 지켰는지 확인합니다.";
    begin_audit: "Audit now", "감사 시작";
    audit_runs: "The audit is under way.", "감사하는 중입니다.";
    row_of: "Row", "행";
    reload: "Look again", "새로 고침";
    since: "Since", "시작";
    made_at: "As of", "기준 시각";
    took: "took", "소요";
    no_audit: "This server has made no audit yet.", "이 서버에서 아직 감사를 하지 않았습니다.";
    failed_audit: "The last audit failed:", "마지막 감사가 실패했습니다:";
    kept: "Every promise was kept.", "모든 약속을 지켰습니다.";
    broken: "Promises were broken:", "지키지 않은 약속:";
    rule: "Rule", "규칙";
    violations: "Violations", "위반";
    rule_overlap: "No more requests at a time than a host takes", "호스트별 동시 요청 수";
    rule_gap: "The gap to each host", "호스트마다 지킬 간격";
    rule_retry_after: "Retry-After", "Retry-After";
    rule_robots: "robots.txt allows the request", "robots.txt가 허용한 요청";
    rule_ceiling: "The ceilings by server and in all", "서버별, 전체 상한";
    rule_chain: "The chain of the ledger", "요청 기록의 해시 체인";
    owed: "Owed", "약속";
    happened: "Happened", "실제";
    rows: "Rows of the ledger", "기록의 행";
    worst_gaps: "Hosts, the smallest gap first", "호스트 (가장 짧은 간격부터)";
    least_gap: "Least gap", "최소 간격";
    median_gap: "Median gap", "간격 중앙값";
    refusals: "Refused", "거절";
    unproved: "What could not be proved", "증명하지 못한 것";
    all_proved: "Everything could be judged.", "모두 판정할 수 있었습니다.";
    unended: " requests have no end in the ledger.", "건의 요청은 끝이 기록되지 않았습니다.";
    chain_end: "End of the chain", "해시 체인의 끝";
    more_in_terminal: "more: see", "건 더 있음:";
    export: "Export", "내보내기";
    export_about:
        "Choose articles and a format. The file is made on the server, and kept for an hour \
         or until the next export: all readers share one place.",
        "기사와 형식을 고르세요. 파일은 서버에서 만들어 한 시간, 또는 다음 내보내기까지 보관합니다. 모든 독자가 함께 쓰는 자리입니다.";
    export_others:
        "Articles whose papers reserve them are left out.",
        "신문이 이용을 유보한 기사는 빠집니다.";
    format: "Format", "형식";
    as_folders: "Formats that are folders, in a terminal:", "폴더 형식은 터미널에서:";
    compression: "Compression (JSON Lines, CSV)", "압축 (JSON Lines, CSV)";
    none: "none", "없음";
    papers: "Papers (all where none is chosen)", "신문 (고르지 않으면 모두)";
    from_day: "First day", "발행일 시작";
    to_day: "Last day", "발행일 끝";
    seen_from: "First seen since (UTC)", "처음 본 날부터 (UTC)";
    section: "Section", "면";
    author: "Author", "기자";
    access: "Access", "공개 범위";
    everyone: "any", "모두";
    condition: "Condition", "조건";
    all_versions: "Every version of each article", "기사의 모든 버전";
    without_copies: "Without stories that another paper carried first", "다른 신문이 먼저 실은 기사 제외";
    purpose: "Purpose", "목적";
    no_purpose: "my own use", "직접 사용";
    fields: "Names of fields (JSON Lines)", "필드 이름 (JSON Lines)";
    bom: "CSV: for Excel", "CSV: 엑셀용 (BOM)";
    raw_cells: "CSV: formulas as they are", "CSV: 수식을 막지 않음";
    newest: "Articles of a feed", "피드의 기사 수";
    begin_export: "Export", "내보내기";
    export_runs: "The export is being made.", "내보내는 중입니다.";
    so_far: "bytes so far", "바이트까지 씀";
    failed_export: "The last export failed:", "마지막 내보내기가 실패했습니다:";
    done_export: "The export is ready.", "내보내기가 끝났습니다.";
    gone_at: "Kept until", "보관 기한";
    articles_written: "Articles", "기사";
    reserved_out: "Left out, because their papers reserve them", "신문사가 이용을 유보해 제외한 기사";
    damaged_out: "Left out, because they are damaged", "손상되어 빠진 기사";
    selection: "Chosen", "선택";
    one_at_a_time:
        "Another one is under way. Look again when it is done.",
        "다른 작업이 진행 중입니다. 끝난 뒤 다시 시도하세요.";
    export_taken_down:
        "An article was taken out of the archive after the last export began. Its files \
         were removed.",
        "마지막 내보내기를 시작한 뒤 보관소에서 삭제된 기사가 있어 파일을 지웠습니다.";
    export_other_rights:
        "Papers declared other rights after the last export began. Its files were removed.",
        "마지막 내보내기를 시작한 뒤 신문이 이용 조건을 바꾸어 파일을 지웠습니다.";
    export_again: "Export again below.", "아래에서 다시 내보내세요.";
    form_too_large: "The form is too large.", "양식이 너무 큽니다.";
    access_open: "everyone", "누구나";
    access_members: "members", "회원";
    access_gone: "nobody: the paper took it down", "볼 수 없음 (신문사가 내림)";
    for_ai_training: "training of AI", "AI 학습";
    for_ai_input: "answers of AI", "AI 답변";
    for_search: "search", "검색";
    for_archive: "archive", "보관";
    for_display: "display to other readers", "다른 독자에게 공개";
    full_disk:
        "Make room there, or start the server with --scratch and another folder.",
        "공간을 비우거나 --scratch로 다른 폴더를 지정해 서버를 다시 시작하세요.";
}
