"use strict";
(() => {
    const make = (tag, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...children);
        return element;
    };
    const find = selector => document.querySelector(selector);
    const body = find("tbody");
    const rows = () => [...body.querySelectorAll("tr:not(.up)")];
    const link = row => row.querySelector("a");
    const address = name => "./" + encodeURIComponent(name);

    // ---- Sorting: by a click on a column's head ----

    const keys = [
        row => link(row).textContent,
        row => Number(row.cells[1].dataset.value),
        row => row.querySelector("time").dateTime,
    ];
    const compare = new Intl.Collator(undefined, {numeric: true}).compare;

    function sort(column, direction) {
        const sorted = rows().map(row => [keys[column](row), row]).sort(([a], [b]) =>
            direction * (typeof a === "number" ? a - b : compare(a, b)));
        body.append(...sorted.map(([, row]) => row));
        document.querySelectorAll("th").forEach((head, i) => {
            head.removeAttribute("aria-sort");
            if (i === column)
                head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        });
    }

    document.querySelectorAll("th").forEach((head, column) => {
        if (!keys[column])
            return;
        const button = make("button", {type: "button", textContent: head.textContent});
        button.onclick = () => sort(column, head.getAttribute("aria-sort") === "ascending" ? -1 : 1);
        head.replaceChildren(button);
    });
    // One for all: each costs more than what it formats.
    const local = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "short"});
    function showLocal(time) {
        time.dateTime = time.title = time.textContent;
        time.textContent = local.format(new Date(time.dateTime));
    }
    document.querySelectorAll("time").forEach(showLocal);

    if (document.documentElement.dataset.uploads !== "yes")
        return;

    // ---- A question before anything is lost ----

    function ask(question, verb) {
        const dialog = find("#ask");
        dialog.querySelector("p").textContent = question;
        dialog.querySelector(".danger").textContent = verb;
        dialog.returnValue = "";
        dialog.showModal();
        return new Promise(resolve => dialog.onclose = () => resolve(dialog.returnValue === "yes"));
    }
    find("#ask").querySelectorAll("button").forEach(button => {
        button.type = "button";
        button.onclick = () => find("#ask").close(button.value);
    });

    // ---- Deleting ----

    function offerToDelete(row) {
        if (row.classList.contains("folder"))
            return;
        const name = link(row).textContent;
        const button = make("button", {type: "button", textContent: "Delete", className: "danger"});
        button.setAttribute("aria-label", `Delete ${name}`);
        button.onclick = async () => {
            if (!await ask(`Delete ${name}? This can't be undone.`, "Delete"))
                return;
            const reply = await fetch(link(row).href, {method: "DELETE"}).catch(() => null);
            if (reply && (reply.ok || reply.status === 404))
                row.remove();
            else
                await ask(`${name} is still there: ${reply ? await reply.text() : "no connection"}`, "OK");
        };
        row.cells[3].replaceChildren(button);
    }
    rows().forEach(offerToDelete);

    // ---- Uploading ----

    const size = bytes => {
        const units = ["B", "KB", "MB", "GB", "TB"];
        let unit = 0;
        for (; bytes >= 1000 && unit < units.length - 1; unit++)
            bytes /= 1000;
        return (unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)) + " " + units[unit];
    };

    function show(file) {
        const name = file.name;
        rows().filter(row => link(row).textContent === name).forEach(row => row.remove());
        const time = new Date().toISOString().slice(0, 19) + "Z";
        const row = make("tr", {},
            make("td", {}, make("a", {href: address(name), textContent: name})),
            make("td", {textContent: size(file.size)}),
            make("td", {}, make("time", {textContent: time})),
            make("td"));
        row.cells[1].dataset.value = file.size;
        showLocal(row.querySelector("time"));
        body.append(row);
        offerToDelete(row);
    }

    // Resolves with the reply; rejects where the connection is lost.
    function send(method, url, fields, content, progress) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            request.open(method, url);
            for (const [field, value] of Object.entries(fields))
                request.setRequestHeader(field, value);
            request.upload.onprogress = event => progress(event.loaded);
            request.onload = () => resolve(request);
            request.onerror = request.onabort = () => reject(new Error("the connection was lost"));
            request.send(content);
        });
    }

    const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));
    const ATTEMPTS = 100;
    const RESUMABLE_FROM = 1 << 20; // what is smaller is as fast begun anew

    // Calls what, again and again as long as the connection is lost.
    async function insist(say, what) {
        for (let attempt = 1; ; attempt++) {
            try {
                return await what();
            } catch (lost) {
                if (attempt === ATTEMPTS)
                    throw lost;
                say(`${lost.message}; trying again`);
                await pause(Math.min(attempt, 10));
            }
        }
    }

    // How much of an upload the server has; COMPLETE: all; UNKNOWN: it does not know it, or no more.
    const COMPLETE = -1, UNKNOWN = -2;
    async function offsetOf(url) {
        const reply = await send("HEAD", url, {}, null, () => {});
        if (reply.status !== 204)
            return UNKNOWN;
        return reply.getResponseHeader("Upload-Complete") === "?1" ? COMPLETE :
            Number(reply.getResponseHeader("Upload-Offset"));
    }

    // The reply that told that the upload is stored may have been lost with its connection.
    async function isThere(file) {
        const reply = await send("HEAD", address(file.name), {}, null, () => {});
        return reply.status === 200 && Number(reply.getResponseHeader("Content-Length")) === file.size;
    }

    const STORED = {status: 201};

    // draft-ietf-httpbis-resumable-upload: begun without content, then appended to.
    async function resumable(file, fields, progress, say) {
        const begun = await insist(say, () => send("PUT", address(file.name),
            {...fields, "Upload-Complete": "?0", "Upload-Length": file.size}, null, () => {}));
        const url = begun.getResponseHeader("Location");
        if (begun.status !== 201 || !url)
            return begun;
        let offset = 0;
        return insist(say, async () => {
            if (offset === null)
                offset = await offsetOf(url);
            if (offset === COMPLETE || offset === UNKNOWN && await isThere(file))
                return STORED;
            if (offset === UNKNOWN)
                return {status: 404, responseText: "the server forgot the upload"};
            const from = offset;
            offset = null; // not known any more once it is on its way
            const reply = await send("PATCH", url, {
                "Content-Type": "application/partial-upload",
                "Upload-Complete": "?1",
                "Upload-Offset": from,
            }, file.slice(from), sent => progress(from + sent));
            if (reply.status === 409 || reply.status === 503)
                throw new Error("the server was not ready to go on");
            return reply;
        });
    }

    function transfer(file, fields, progress, say) {
        return file.size >= RESUMABLE_FROM ? resumable(file, fields, progress, say) :
            insist(say, () => send("PUT", address(file.name), fields, file, progress));
    }

    async function upload(file) {
        const state = make("span", {textContent: "waiting"});
        const bar = make("progress", {max: file.size || 1, value: 0});
        bar.setAttribute("aria-label", file.name);
        const item = make("li", {}, make("span", {className: "name", textContent: file.name}), bar, state);
        find("#uploads").append(item);
        const progress = sent => {
            bar.value = sent;
            state.textContent = `${Math.floor(100 * sent / (file.size || 1))} %`;
        };
        const say = text => state.textContent = text;
        const end = (className, text) => {
            item.className = className;
            say(text);
            bar.remove();
        };
        try {
            let reply = await transfer(file, {"If-None-Match": "*"}, progress, say);
            if (reply.status === 412) {
                if (!await ask(`${file.name} is there already. Replace it?`, "Replace"))
                    return end("failed", "not replaced");
                reply = await transfer(file, {}, progress, say);
            }
            if (reply.status >= 300)
                return end("failed", reply.responseText.trim() || reply.statusText);
            show(file);
            end("done", "stored");
        } catch (lost) {
            end("failed", lost.message);
        }
    }

    // One after another: each has all of the line, and questions come one by one.
    let queue = Promise.resolve();
    const take = files => [...files].forEach(file => queue = queue.then(() => upload(file)));

    const area = find("#drop");
    const input = area.querySelector("input");
    area.hidden = false;
    input.onchange = () => {
        take(input.files);
        input.value = "";
    };
    document.ondragover = event => {
        event.preventDefault();
        area.classList.add("over");
    };
    document.ondragleave = () => area.classList.remove("over");
    document.ondrop = event => {
        event.preventDefault();
        area.classList.remove("over");
        take(event.dataTransfer.files);
    };
})();
