// aws-lambda-ses-forwarder with the real SDK: one message through both clients, then the peak.
"use strict";

const fs = require("fs");
const path = require("path");
const forwarder = require(path.join(process.argv[2], "node_modules/aws-lambda-ses-forwarder"));
const {S3Client} = require(path.join(process.argv[2], "node_modules/@aws-sdk/client-s3"));

// VmHWM: rusage's number would begin with the parent's.
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status"))[1]) / 1024;

const event = {Records: [{eventSource: "aws:ses", eventVersion: "1.0", ses: {
  mail: {messageId: process.env.BENCH_MESSAGE},
  receipt: {recipients: [process.env.BENCH_RECIPIENT]}}}]};
const config = {
  fromEmail: process.env.BENCH_FROM, subjectPrefix: "", emailBucket: process.env.BENCH_BUCKET,
  emailKeyPrefix: process.env.BENCH_PREFIX, allowPlusSign: true,
  forwardMapping: {[process.env.BENCH_RECIPIENT]: [process.env.BENCH_TARGET]},
};
const overrides = {config, log: () => {}};
// An endpoint on loopback has no names for buckets.
overrides.s3 = new S3Client({forcePathStyle: true});

const start = process.hrtime.bigint();
forwarder.handler(event, {}, error => {
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  console.log(JSON.stringify({failed: Boolean(error), ms, peak_mb: peak()}));
  process.exit(error ? 1 : 0);
}, overrides);
