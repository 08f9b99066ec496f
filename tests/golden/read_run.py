"""What TensorBoard and transformers read of a run: read_run.py RUN STEP -> one JSON object on standard output."""
import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import BertForMaskedLM
from transformers.trainer_callback import TrainerState

run, step = Path(sys.argv[1]), sys.argv[2]
events = EventAccumulator(str(next((run / "runs").iterdir())))
events.Reload()
state = TrainerState.load_from_json(str(run / "trainer_state.json"))
checkpoint = run / f"checkpoint-{step}"
saved = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
model, loading = BertForMaskedLM.from_pretrained(checkpoint, output_loading_info=True)
result = {
    "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]},
    "global_step": state.global_step,
    "max_steps": state.max_steps,
    "history": len(state.log_history),
    "best_metric": state.best_metric,
    "saved_step": saved.global_step,
    "parameters": sum(p.numel() for p in model.parameters()),
    "missing": len(loading["missing_keys"]) + len(loading["unexpected_keys"]) + len(loading["mismatched_keys"]),
}
print(json.dumps(result))
