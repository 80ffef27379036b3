// What the API takes and answers, as far as the page uses it (docs/api.md has the whole).

export interface ModelSummary {
  name: string;
  default?: number;
  versions: number[];
  aliases: Record<string, number>;
  problem?: string;
}

export interface ModelList {
  models: ModelSummary[];
  hint?: string;
}

export interface Covariate {
  name: string;
  categories: string[];
}

export interface StepScores {
  mae: number[];
}

export interface Card {
  name: string;
  version: number;
  description: string;
  created_at: string;
  context: number;
  least_context: number;
  features: string[];
  targets: string[];
  future: Covariate[];
  past: Covariate[];
  static: Covariate[];
  calendar: string[];
  holidays: string | null;
  frequency: string | null;
  takes_missing: boolean;
  outputs: number;
  kind: string;
  units: number[];
  members: number;
  warnings: string[];
  plots: string[];
  example: PredictRequest;
  metrics: { tested_on: string; model: { mae: number }; last_value: { mae: number } };
  backtest: {
    tested_on: string;
    horizon: number;
    model: StepScores;
    baselines: Record<string, StepScores>;
  } | null;
  calibration: { horizon: number; count: number; coverage: Record<string, number[]> } | null;
  data: { source: string; rows: number; series: number; first_at: string | null; last_at: string | null };
}

export type Row = (number | null)[];
export type CovariateValue = number | boolean | string;

export interface PredictRequest {
  model: string;
  window: (number | null)[] | Row[];
  horizon: number;
  timestamps?: string[];
  end?: string;
  freq?: string;
  future?: Record<string, CovariateValue[]>;
  past?: Record<string, CovariateValue[]>;
  static?: Record<string, CovariateValue>;
  levels?: number[];
}

export type Steps = number[] | number[][];

export interface PredictResponse {
  model: string;
  version: number;
  predictions: Steps;
  timestamps?: string[];
  intervals?: Record<string, { lower: Steps; upper: Steps }>;
  warnings?: string[];
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  errors?: { location: string; message: string }[];
}
