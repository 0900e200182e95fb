#!/bin/bash
# demo
exit 0
