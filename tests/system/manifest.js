// Reads a manifest of Kubernetes, holds each of its objects against the schemas of kubernetes-models, and writes them
// as JSON. The schemas allow unknown fields; here one that validation has not read is an error.
// Usage: node manifest.js < MANIFEST
"use strict";
const fs = require("fs");
const yaml = require("yaml");

// The same value, whose fields' paths are in `unread` until they are read.
function watched(value, path, unread) {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) Object.keys(value).forEach((field) => unread.add(`${path}/${field}`));
  const read = new Map();
  return new Proxy(value, {
    get(object, field) {
      if (!Object.hasOwn(object, field)) return object[field];
      unread.delete(`${path}/${field}`);
      if (!read.has(field)) read.set(field, watched(object[field], `${path}/${field}`, unread));
      return read.get(field);
    },
  });
}

function errors_of(object) {
  const { [object.kind]: model } = require(`kubernetes-models/${object.apiVersion}`);
  if (!model) return [`${object.apiVersion} has no ${object.kind}`];
  const unread = new Set();
  try {
    model.prototype.validate.call(watched(object, object.kind, unread));
  } catch (error) {
    return [`${object.kind}: ${error.message}`];
  }
  return [...unread].map((path) => `${path}: unknown field`);
}

const objects = yaml.parseAllDocuments(fs.readFileSync(0, "utf8")).map((document) => document.toJS());
const errors = objects.flatMap(errors_of);
if (errors.length > 0) {
  console.error(errors.join("\n"));
  process.exit(1);
}
console.log(JSON.stringify(objects));
