import { clamp } from './round.ts';
import type { RiskAccount } from './state.ts';

const secondsPerDay = 86_400;
/** The account remembers half of the time since learning began, so that the errors of the first days fade, and no more than this. */
const mostMemoryDays = 30;
/** Ticks short or allowed that are needed before the account means much. */
const softness = 10;
/** How strongly the risk aimed for follows what is left of it, and what was used too much: a late correction of bursts is dear. */
const gain = { left: 1.5, overdrawn: 0.5 };
const mostCorrection = { least: 0.2, most: 4 };

/** An account without entries. */
export function startAccount(): RiskAccount {
  return { allowedTicks: 0, shortTicks: 0 };
}

/** Enters one tick: the share of it in which demand exceeded what this rule alone had in service. */
export function enter(
  account: RiskAccount,
  entry: {
    readonly shortShare: number;
    readonly riskRatio: number;
    readonly tickSeconds: number;
    readonly learntTicks: number;
  },
): RiskAccount {
  const memoryTicks = Math.min(entry.learntTicks / 2, (mostMemoryDays * secondsPerDay) / entry.tickSeconds);
  const keep = 1 - 1 / Math.max(1, memoryTicks);
  return {
    allowedTicks: account.allowedTicks * keep + entry.riskRatio,
    shortTicks: account.shortTicks * keep + entry.shortShare,
  };
}

/** The risk to aim for so that the asked-for risk is reached over the account's memory: more of it while little was used, less after too much. */
export function correctedRisk(account: RiskAccount, riskRatio: number): number {
  const { allowedTicks, shortTicks } = account;
  const surplus = (allowedTicks - shortTicks) / (allowedTicks + softness);
  const pull = (surplus > 0 ? gain.left : gain.overdrawn) * surplus;
  return Math.min(0.5, riskRatio * clamp(Math.exp(pull), mostCorrection));
}
