// Takes out of Pyodide's glue and module what only shared libraries could ask for, of which a page loads none: node slim.mjs JOB.json
//
// JOB.json: { pyodide: folder of the npm package, speakers: [path of code that calls the glue], asm: target, wasm: target }
//
// The module exports its whole C interface, and at each start the glue gives every export a variable, a property and a place in the
// table of functions. What is left is reached from the glue's own first statements, from Pyodide's loader and from the speakers, by
// names alone: whoever has the same name as something that is used stays too.
//
// Two things besides cost a start more than they look. The module asks for the address of each function of WebGL, in case that a
// shared library draws, and each is a small module that has to be compiled: here they have none. And the address of the glue, which is
// a blob's, is no directory: the error that says so makes the browser parse the whole of it again.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

const { SyntaxKind: Kind } = ts;

/** A part of the glue that stays or goes as a whole: where it is, and which names let it stay; none, and it always stays. */
class Part {
  constructor(start, end, names, nodes) {
    Object.assign(this, { start, end, names, nodes });
  }
}

/** How the names of what the module may be without begin. */
const DRAWING = "emscripten_gl";

/** Statements of the glue, each of which is there once, and what stands in their place. */
const EDITS = [
  ['try{scriptDirectory=new URL(".",_scriptName).href}catch{}', ""],
  ["if(!value&&!entry.required){", `if(!value&&(!entry.required||symName.startsWith("${DRAWING}"))){`],
];

const variable = (name) => `variable ${name}`;
const property = (name) => `property ${name}`;
const imported = (name) => `import ${name}`;

/** Whether evaluating it does nothing but make a value. */
function isPure(node) {
  if (!node) return true;
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every((one) => ts.isMethodDeclaration(one) || ts.isAccessor(one) || (ts.isPropertyAssignment(one) && isPure(one.initializer)));
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isPure);
  if (ts.isPrefixUnaryExpression(node)) return isPure(node.operand);
  return ts.isFunctionLike(node) || ts.isIdentifier(node) || ts.isLiteralExpression(node) || [Kind.TrueKeyword, Kind.FalseKeyword, Kind.NullKeyword].includes(node.kind);
}

/** The left sides of `a = b = c`, and what is assigned. */
function assignments(node) {
  const targets = [];
  while (ts.isBinaryExpression(node) && node.operatorToken.kind === Kind.EqualsToken) {
    targets.push(node.left);
    node = node.right;
  }
  return [targets, node];
}

/** `object["name"]` or `object.name` of this object. */
function member(node, object) {
  const { expression, name, argumentExpression } = node;
  if (!expression || !ts.isIdentifier(expression) || expression.text !== object) return undefined;
  if (ts.isPropertyAccessExpression(node)) return name.text;
  return ts.isElementAccessExpression(node) && ts.isStringLiteral(argumentExpression) ? argumentExpression.text : undefined;
}

/** The name that lets an assignment to this stay, or nothing: then it always stays. */
function nameOf(target, known) {
  const ofModule = member(target, "Module");
  if (ofModule !== undefined) return property(ofModule);
  if (ts.isIdentifier(target)) return variable(target.text);
  const ofFunction = ts.isPropertyAccessExpression(target) && ts.isIdentifier(target.expression) ? target.expression.text : undefined;
  return known.has(ofFunction) ? variable(ofFunction) : undefined;
}

/** The parts of an expression that stands for itself. */
function ofExpression(statement, known) {
  const [targets, value] = assignments(statement.expression);
  const names = targets.map((target) => nameOf(target, known));
  const gives = isPure(value) || member(value, "wasmExports") !== undefined;
  return new Part(statement.getFullStart(), statement.end, targets.length && gives && !names.includes(undefined) ? names : undefined, [statement]);
}

/** The parts of the glue: statements of the function that makes the module; some are parts of statements. */
function partsOf(body) {
  const parts = [];
  const known = new Set();
  for (const statement of body.statements) {
    if (ts.isFunctionDeclaration(statement)) known.add(statement.name.text);
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) known.add(name.text);
  }
  for (const statement of body.statements) {
    if (ts.isFunctionDeclaration(statement)) {
      const inner = statement.name.text === "assignWasmExports" ? statement.body.statements : [];
      parts.push(new Part(statement.getFullStart(), statement.end, [variable(statement.name.text)], inner.length ? [] : [statement]));
      for (const one of inner) parts.push(ofExpression(one, known));
    } else if (ts.isVariableStatement(statement)) {
      for (const one of statement.declarationList.declarations) {
        if (one.name.text === "wasmImports") {
          for (const entry of one.initializer.properties) parts.push(new Part(entry.getFullStart(), entry.end, [imported(entry.name.text)], [entry]));
        } else {
          parts.push(new Part(one.getStart(), one.end, isPure(one.initializer) ? [variable(one.name.text)] : undefined, [one]));
        }
      }
    } else if (ts.isExpressionStatement(statement)) {
      parts.push(ofExpression(statement, known));
    } else {
      parts.push(new Part(statement.getFullStart(), statement.end, undefined, [statement]));
    }
  }
  return parts;
}

/** All names that a piece of the glue uses. */
function* uses(node) {
  if (ts.isIdentifier(node)) {
    const { parent } = node;
    const isKey = ts.isPropertyAccessExpression(parent) && parent.name === node;
    yield isKey || (ts.isPropertyAssignment(parent) && parent.name === node) ? property(node.text) : variable(node.text);
    if (ts.isBindingElement(parent) || ts.isShorthandPropertyAssignment(parent)) yield property(node.text);
  } else if (ts.isStringLiteralLike(node)) {
    yield property(node.text);
  }
  const ofImports = member(node, "wasmImports");
  if (ofImports !== undefined) yield imported(ofImports);
  const children = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* uses(child);
}

/** The parts that stay, and all names that they use. */
function reached(parts, first) {
  const waiting = new Map();
  for (const part of parts) for (const name of part.names ?? []) waiting.set(name, [...(waiting.get(name) ?? []), part]);
  const stays = new Set();
  const names = new Set();
  const queue = [];
  const keep = (part) => {
    if (stays.has(part)) return;
    stays.add(part);
    for (const node of part.nodes) queue.push(...uses(node));
  };
  for (const part of parts) if (!part.names) keep(part);
  queue.push(...first);
  while (queue.length) {
    const name = queue.pop();
    if (names.has(name)) continue;
    names.add(name);
    for (const part of waiting.get(name) ?? []) keep(part);
  }
  return { stays, names };
}

/** The source with the parts that stay. */
function written(source, parts, stays) {
  let [text, at] = ["", 0];
  const leave = (start, end, instead = "") => {
    text += source.slice(at, start) + instead;
    at = end;
  };
  for (const part of parts) {
    if (part.start < at) continue; // it went with another
    const statement = part.nodes[0]?.parent?.parent;
    if (statement && ts.isVariableStatement(statement)) {
      const kept = parts.filter((one) => one.nodes[0]?.parent?.parent === statement && stays.has(one));
      const list = kept.map(({ start, end }) => source.slice(start, end)).join(",");
      leave(statement.getFullStart(), statement.end, list && `var ${list};`);
    } else if (!stays.has(part)) {
      leave(part.start, part.end + (source[part.end] === ","));
    }
  }
  return text + source.slice(at);
}

function readNumber(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) return [value, at];
  }
}

function writeNumber(value) {
  const bytes = [];
  do bytes.push((value & 127) | (value > 127 ? 128 : 0));
  while ((value >>>= 7));
  return bytes;
}

/** The module with those of its exports that stay. */
function withExports(bytes, stays) {
  const pieces = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    const [size, start] = readNumber(bytes, at + 1);
    if (bytes[at] === 7) {
      const kept = [];
      let [count, place] = readNumber(bytes, start);
      for (; count > 0; count -= 1) {
        const entry = place;
        const [length, name] = readNumber(bytes, place);
        [, place] = readNumber(bytes, name + length + 1);
        if (stays(Buffer.from(bytes.subarray(name, name + length)).toString())) kept.push(bytes.subarray(entry, place));
      }
      const section = Buffer.concat([Buffer.from(writeNumber(kept.length)), ...kept]);
      pieces.push(Buffer.from([7, ...writeNumber(section.length)]), section);
    } else {
      pieces.push(bytes.subarray(at, start + size));
    }
    at = start + size;
  }
  return Buffer.concat(pieces);
}

/** The glue of the npm package, with the edits. */
async function readGlue(pyodide) {
  let source = await readFile(join(pyodide, "pyodide.asm.mjs"), "utf8");
  for (const [old, instead] of EDITS) {
    const [before, after, ...more] = source.split(old);
    if (after === undefined || more.length) throw new Error(`Pyodide's glue is another than slim.mjs knows: once it had ${old}`);
    source = before + instead + after;
  }
  return source;
}

async function slim({ pyodide, speakers, asm, wasm }) {
  const source = await readGlue(pyodide);
  const module = await readFile(join(pyodide, "pyodide.asm.wasm"));
  const file = ts.createSourceFile("asm.mjs", source, ts.ScriptTarget.ESNext, true);
  const { body } = file.statements.find(ts.isFunctionDeclaration);
  const parts = partsOf(body);
  const asked = WebAssembly.Module.imports(new WebAssembly.Module(module))
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(DRAWING));
  const spoken = await Promise.all([join(pyodide, "pyodide.mjs"), ...speakers].map((path) => readFile(path, "utf8")));
  const first = spoken.flatMap((text) => [...text.matchAll(/[\w$]+/g)].map(([name]) => property(name)));
  const { stays, names } = reached(parts, [...first, ...asked.map(imported)]);
  await writeFile(asm, written(source, parts, stays));
  await writeFile(wasm, withExports(module, (name) => asked.includes(name) || names.has(property(name))));
}

await slim(JSON.parse(await readFile(process.argv[2], "utf8")));
