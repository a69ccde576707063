// aws-lambda-ses-forwarder in a process of its own: reads "run FILE COUNT" lines, answers in JSON.
// S3 and SES are stubs: what is timed is what the forwarder does between the two.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");

const log = console.log;
console.log = () => {}; // its greeting
const forwarder = require(path.join(process.argv[2], "node_modules/aws-lambda-ses-forwarder"));
console.log = log;

// VmHWM: rusage's number would begin with the parent's.
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status"))[1]) / 1024;

const event = {Records: [{eventSource: "aws:ses", eventVersion: "1.0", ses: {
  mail: {messageId: "bench"}, receipt: {recipients: ["info@example.com"]}}}]};
const config = {
  fromEmail: "noreply@example.com", subjectPrefix: "", emailBucket: "bucket", emailKeyPrefix: "",
  allowPlusSign: true, forwardMapping: {"info@example.com": ["owner@example.net"]},
};

function once(content) {
  let sent = 0;
  const s3 = {send: (_, done) => done(null, {Body: {transformToString: async () => content.toString("utf8")}})};
  const ses = {send: (command, done) => {
    sent = command.input.Content.Raw.Data.length;
    done(null, {MessageId: "1"});
  }};
  return new Promise((resolve, reject) => forwarder.handler(
    event, {}, error => error ? reject(error) : resolve(sent), {config, s3, ses, log: () => {}}));
}

async function answer(line) {
  const [, file, count] = line.split(" ");
  const content = fs.readFileSync(file);
  const start = process.hrtime.bigint();
  let sent = 0;
  for (let n = 0; n < Number(count); n++) sent = await once(content);
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6 / Number(count);
  log(JSON.stringify({ms: milliseconds, sent, peak_mb: peak()}));
}

(async () => {
  for await (const line of readline.createInterface({input: process.stdin})) await answer(line);
})();
