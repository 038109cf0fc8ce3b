"use strict";
(() => {
    const make = (tag, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...children);
        return element;
    };
    const find = selector => document.querySelector(selector);
    const table = find("table");
    const rows = () => [...table.querySelectorAll("tbody tr:not(.up)")];
    const link = row => row.querySelector("a");
    const address = name => "./" + encodeURIComponent(name);
    // In a sentence: a name that is written from right to left turns nothing else around.
    const quote = name => make("bdi", {textContent: name});
    const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

    // ---- Sorting: by a click on a column's head ----

    const keys = [
        row => link(row).textContent,
        row => Number(row.cells[1].dataset.value),
        row => timeOf(row).dateTime || timeOf(row).textContent,
    ];
    const timeOf = row => row.querySelector("time");
    const collator = new Intl.Collator(undefined, {numeric: true});
    const GROUP = 500; // rows; the browser lays out the groups in sight
    let order = null; // as the server sent it, until it is chosen

    function choose(column, direction) {
        order = (a, b) => direction * (column ? (a > b) - (a < b) : collator.compare(a, b));
        order.key = keys[column];
        const sorted = rows().map(row => [order.key(row), row]).sort(([a], [b]) => order(a, b));
        const up = [...table.querySelectorAll(".up")];
        [...table.tBodies].forEach(group => group.remove());
        for (let i = 0; i === 0 || i < sorted.length; i += GROUP)
            table.append(make("tbody", {}, ...(i ? [] : up),
                ...sorted.slice(i, i + GROUP).map(([, row]) => row)));
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
        button.onclick = () => choose(column, head.getAttribute("aria-sort") === "ascending" ? -1 : 1);
        head.replaceChildren(button);
    });
    // One for all: each costs more than what it formats.
    const local = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "short"});
    function showLocal(time) {
        time.dateTime = time.title = time.textContent;
        time.textContent = local.format(new Date(time.dateTime));
    }

    const uploads = document.documentElement.dataset.uploads === "yes";
    function complete(row) {
        showLocal(timeOf(row));
        if (uploads)
            offerToDelete(row);
    }

    // What fills a screen at once, the rest when there is time.
    (async () => {
        const all = rows();
        for (let i = 0; i < all.length; i += GROUP) {
            if (i)
                await pause(0);
            all.slice(i, i + GROUP).forEach(complete);
        }
    })();

    if (!uploads)
        return;

    // ---- A question before anything is lost ----

    // One after another: an upload may ask while a deletion does. Without a verb there is nothing to choose.
    let asked = Promise.resolve();
    const ask = (question, verb = "") => asked = asked.then(() => askNow(question, verb));

    function askNow(question, verb) {
        const dialog = find("#ask");
        dialog.querySelector("p").replaceChildren(...question);
        const [no, yes] = dialog.querySelectorAll("button");
        no.textContent = verb ? "Cancel" : "Close";
        yes.textContent = verb;
        yes.hidden = !verb;
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
            if (!await ask(["Delete ", quote(name), "? This can't be undone."], "Delete"))
                return;
            // Not by fetch(), which takes no address with a password in it, as that of the page may be.
            const reply = await send("DELETE", address(name)).catch(lost => lost);
            if (reply.status === 204 || reply.status === 404) {
                row.remove();
                find("#empty").hidden = rows().length > 0;
            } else
                await ask([quote(name), " is still there: ", reply.responseText || reply.message]);
        };
        row.cells[3].replaceChildren(button);
    }

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
        complete(row);
        const behind = order && rows().find(other => order(order.key(other), order.key(row)) > 0);
        if (behind)
            behind.before(row);
        else
            [...table.tBodies].pop().append(row);
        find("#empty").hidden = true;
    }

    class Lost extends Error {}

    // Seconds until a line is given up: nothing moves; or there is no answer, though all was sent. (It
    // may still have to arrive and to be stored, and somebody may be looking for a password.)
    const SILENCE = 30, NO_ANSWER = 60;
    const AGAIN = [408, 502, 503, 504]; // what ends by itself

    // Resolves with the reply; rejects with Lost where there is none, or none that counts.
    function send(method, url, fields = {}, content = null, progress = () => {}) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            let silence;
            const wait = seconds => {
                clearTimeout(silence);
                silence = setTimeout(() => request.abort(), seconds * 1000);
            };
            request.open(method, url);
            for (const [field, value] of Object.entries(fields))
                request.setRequestHeader(field, value);
            request.upload.onprogress = event => {
                wait(SILENCE);
                progress(event.loaded);
            };
            request.upload.onload = () => wait(NO_ANSWER);
            request.onload = () => AGAIN.includes(request.status) ?
                reject(new Lost("the server is busy")) : resolve(request);
            request.onerror = request.onabort = () => reject(new Lost("the connection was lost"));
            request.onloadend = () => clearTimeout(silence);
            wait(content ? SILENCE : NO_ANSWER);
            request.send(content);
        });
    }

    const ATTEMPTS = 100;
    const RESUMABLE_FROM = 1 << 20; // what is smaller is as fast begun anew

    // Calls what, again and again as long as the connection is lost. A file that can't be read looks
    // to the browser as a lost connection does, so it is tried first.
    async function insist(file, say, what) {
        for (let attempt = 1; ; attempt++) {
            try {
                const reader = file.stream().getReader();
                await reader.read();
                reader.cancel();
            } catch {
                throw new Error("it can't be read: it is a folder, or was moved or changed");
            }
            try {
                return await what();
            } catch (error) {
                if (!(error instanceof Lost) || attempt === ATTEMPTS)
                    throw error;
                say(`${error.message}; trying again`);
                await pause(Math.min(attempt, 10));
            }
        }
    }

    // draft-ietf-httpbis-resumable-upload: begun without content, then appended to.
    async function resumable(file, fields, progress, say) {
        const begun = await insist(file, say, () => send("PUT", address(file.name),
            {...fields, "Upload-Complete": "?0", "Upload-Length": file.size}));
        const url = begun.getResponseHeader("Location");
        if (begun.status !== 201 || !url)
            return begun;
        let offset = 0;
        return insist(file, say, async () => {
            if (offset === null) {
                const state = await send("HEAD", url);
                if (state.getResponseHeader("Upload-Complete") === "?1")
                    return {status: 201}; // its reply was lost
                if (state.status === 404)
                    return {status: 404, responseText: "the server has given up this upload"};
                if (state.status !== 204)
                    return state;
                offset = Number(state.getResponseHeader("Upload-Offset"));
            }
            const from = offset;
            offset = null; // not known any more once it is on its way
            const reply = await send("PATCH", url, {
                "Content-Type": "application/partial-upload",
                "Upload-Complete": "?1",
                "Upload-Offset": from,
            }, file.slice(from), sent => progress(from + sent));
            if (reply.status === 409)
                throw new Lost("the server has another part");
            return reply;
        });
    }

    function transfer(file, fields, progress, say) {
        return file.size >= RESUMABLE_FROM ? resumable(file, fields, progress, say) :
            insist(file, say, () => send("PUT", address(file.name), fields, file, progress));
    }

    async function upload(file) {
        // Read out at its end alone, not with each percent.
        const state = make("span", {textContent: "waiting", ariaLive: "off"});
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
            state.ariaLive = "polite";
            say(text);
            bar.remove();
        };
        try {
            let reply = await transfer(file, {"If-None-Match": "*"}, progress, say);
            if (reply.status === 412) {
                if (!await ask([quote(file.name), " is there already. Replace it?"], "Replace"))
                    return end("failed", "not replaced");
                reply = await transfer(file, {}, progress, say);
            }
            if (reply.status >= 300)
                return end("failed", reply.responseText.trim() || reply.statusText);
            show(file);
            end("done", "stored");
        } catch (error) {
            end("failed", error.message);
        }
    }

    // One after another: each has all of the line, and questions come one by one.
    let queue = Promise.resolve();
    let waiting = 0;
    const take = files => [...files].forEach(file => {
        waiting++;
        queue = queue.then(() => upload(file)).then(() => waiting--);
    });
    // Who leaves the page ends them: the browser asks first.
    window.onbeforeunload = event => {
        if (waiting)
            event.preventDefault();
    };

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
