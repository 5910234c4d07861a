// Filters of the table: a row is shown when it has every word searched for and every value chosen.
"use strict";
(function () {
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const selects = Array.from(form.querySelectorAll("select"));
  const bodies = Array.from(document.querySelectorAll("table.numbers tbody")).map((body) => ({
    body,
    heading: body.querySelector(".section").textContent.toLowerCase(),
    rows: Array.from(body.querySelectorAll("tr.number")).map((row) => ({
      row,
      armName: row.dataset.arm,
      counts: row.querySelector("a") ? 1 : 0,
      text: (row.textContent + " " + row.dataset.words).toLowerCase(),
    })),
  }));
  const total = bodies.reduce((sum, one) => sum + one.rows.reduce((n, row) => n + row.counts, 0), 0);

  function fits(one, heading, words) {
    return (
      selects.every((s) => !s.value || one.row.dataset[s.dataset.filter] === s.value) &&
      words.every((word) => one.text.includes(word) || heading.includes(word))
    );
  }

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    let studies = 0;
    for (const { body, heading, rows } of bodies) {
      let any = false;
      let above = null;
      for (const one of rows) {
        const visible = fits(one, heading, words);
        one.row.hidden = !visible;
        if (!visible) continue;
        // The first visible row of an arm carries its name.
        const fresh = one.armName !== above;
        one.row.cells[0].firstElementChild.hidden = !fresh;
        one.row.classList.toggle("first", fresh);
        above = one.armName;
        any = true;
        shown += one.counts;
      }
      body.hidden = !any;
      studies += any ? 1 : 0;
    }
    document.getElementById("none").hidden = studies > 0;
    document.getElementById("shown").textContent =
      shown === total
        ? `${total} numbers of ${studies} studies`
        : `${shown} of ${total} numbers, ${studies} ${studies === 1 ? "study" : "studies"}`;
  }

  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  // A link to a study must lead somewhere, whatever is filtered.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.hidden) return;
    form.reset();
    setTimeout(() => target.scrollIntoView());
  });
  update();
})();
