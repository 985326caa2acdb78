/** The look of a report, in the light and in the dark. Colours of the files are told apart also by those who see few colours (Okabe and Ito). */
export const plotStyle = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2430;--faint:#66717f;--line:#e3e7ec;--load:#56789c;--need:#9cc2e5;--need-edge:#4f88bf;--short:#d43f3a;--ran:#7a8491;
--file-0:#d9730d;--file-1:#7b4fc9;--file-2:#0f8a66;--file-3:#c2458a;--file-4:#8a6d1a;--file-5:#1f7a99}
@media(prefers-color-scheme:dark){:root{--page:#12161b;--card:#1a2027;--ink:#e6eaef;--faint:#98a3b0;--line:#2b333d;--load:#7d9fc4;--need:#2c4d6d;--need-edge:#6aa3d8;--short:#ff6b64;--ran:#a4adb8;
--file-0:#ffa24a;--file-1:#b594f7;--file-2:#4fd1a5;--file-3:#f285bd;--file-4:#d8b94e;--file-5:#62bfe0}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1.25rem 4rem}header p{margin:.15rem 0 0;color:var(--faint)}h1{font-size:1.5rem;margin:0;letter-spacing:-.01em}h2{font-size:1.05rem;margin:0 0 .4rem}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem;margin-top:1.25rem}.table{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .7rem;text-align:right;white-space:nowrap}thead th{color:var(--faint);font-weight:500;font-size:.86rem}
tbody th{text-align:left;font-weight:500;padding-left:0}tr.layer th{padding-top:.9rem;font-weight:650;border-bottom:1px solid var(--line);white-space:normal}tr.layer span{font-weight:400;color:var(--faint);margin-left:.5rem;font-size:.86rem}
td.best{font-weight:650}i{display:inline-block;width:.8rem;height:.8rem;border-radius:3px;margin-right:.5rem;vertical-align:-.08rem}i.area{background:var(--need);border:1px solid var(--need-edge)}i.short{background:var(--short)}
.hint{color:var(--faint);font-size:.86rem;margin:.6rem 0 0}.plots>.hint{margin-top:0}figure{margin:1.1rem 0 0}figcaption{display:flex;flex-wrap:wrap;gap:.2rem .6rem;align-items:baseline}figcaption>span{color:var(--faint);font-size:.86rem}
.legend{margin-left:auto;display:flex;flex-wrap:wrap;gap:.2rem 1rem}canvas{display:block;width:100%;height:240px;cursor:crosshair;touch-action:pan-y;outline-offset:3px;margin-top:.3rem}canvas[data-plot=load]{height:110px}
ul{margin:.2rem 0 0;padding-left:1.1rem}li{margin:.2rem 0}
#tip{position:fixed;z-index:2;pointer-events:none;display:none;max-width:30rem;background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:8px;box-shadow:0 6px 24px #0003;padding:.6rem .8rem;font-size:.86rem;line-height:1.4}
#tip b{font-variant-numeric:tabular-nums}#tip p{margin:.35rem 0 0}#tip .when{color:var(--faint)}#tip .short{color:var(--short);font-weight:600}`;
