from pathlib import Path

from django.core.files.storage import FileSystemStorage

from sentimatrix_studio.static_storage import StaticStorage, squeezed


def collected(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """The content of each file under its hashed name, after what ``collectstatic`` does."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    storage = StaticStorage(location=folder, base_url="/static/")
    failures = [
        done
        for _, _, done in storage.post_process({n: (FileSystemStorage(folder), n) for n in files})
        if isinstance(done, Exception)
    ]
    assert failures == []
    return {name: (folder / hashed).read_text(encoding="utf-8") for name, hashed in storage.hashed_files.items()}


def test_scripts_import_each_other_by_hashed_name(tmp_path):
    main = 'import "./dom.js";\nimport { make } from "./dom.js";\nconst later = () => import("./dom.js");\n'
    text = collected(tmp_path, {"js/main.js": main, "js/dom.js": "export const make = 1;\n"})["js/main.js"]
    assert text.count('"./dom.') == 3
    assert '"./dom.js"' not in text


def test_scripts_of_other_packages_are_left_alone(tmp_path):
    text = '// import htmx from "./htmx.js"\n'
    assert collected(tmp_path, {"django_htmx/ext.js": text}) == {"django_htmx/ext.js": text}


def test_a_style_sheet_is_collected_without_what_only_we_read():
    css = """/* don't ship "this" */
.a > .b,
.c :is(.d) {
  width: calc(1px + 2em);  /* nor this */
  content: "two  spaces; {kept}" attr(title);
}
@media (min-width: 10px) and (hover) { .e { color: red } }
/* of d */ .f { color: red } /* the end */ .g { color: red }
"""
    assert squeezed(css).strip() == (
        '.a>.b,.c :is(.d){width:calc(1px + 2em);content:"two  spaces; {kept}" attr(title);}'
        "@media (min-width:10px) and (hover){.e{color:red}}.f{color:red}.g{color:red}"
    )


def test_what_is_collected_is_squeezed(tmp_path):
    files = {"css/a.css": "a {\n  color: red;\n}\n", "other/b.css": "b {\n  color: red;\n}\n"}
    assert collected(tmp_path, files) == {**files, "css/a.css": "a{color:red;}"}
