"""One peer over the rows of a .jsonl: prints tokens per second, or exits with 3 where the peer is not installed.

usage: peers.py transformers|sentence-transformers MODEL ROWS.jsonl TOKENS DEVICE
"""

import json
import sys
import time


def main():
    name, model, rows, tokens, device = sys.argv[1:6]
    try:
        import torch

        if name == "transformers":
            import transformers
        else:
            import sentence_transformers
    except ImportError as e:
        print(e, file=sys.stderr)
        return 3
    if device == "cuda" and not torch.cuda.is_available():
        print("torch sees no GPU", file=sys.stderr)
        return 3
    with open(rows, encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    dtype = torch.float16 if device == "cuda" else torch.float32
    if name == "transformers":
        run = of_transformers(transformers, torch, model, device, dtype)
    else:
        encoder = sentence_transformers.SentenceTransformer(model, device=device, model_kwargs={"torch_dtype": dtype})

        def run(some):
            encoder.encode(some, batch_size=256 if device == "cuda" else 32, convert_to_numpy=True)

    run(texts[:256])
    start = time.perf_counter()
    run(texts)
    print(json.dumps({"tokens_per_second": round(int(tokens) / (time.perf_counter() - start))}))
    return 0


def of_transformers(transformers, torch, model, device, dtype):
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    encoder = transformers.AutoModel.from_pretrained(model, attn_implementation="sdpa", torch_dtype=dtype).to(device).eval()

    def run(texts):
        batch = 256 if device == "cuda" else 32
        with torch.inference_mode():
            for first in range(0, len(texts), batch):
                inputs = tokenizer(texts[first : first + batch], padding=True, truncation=True, return_tensors="pt").to(device)
                hidden = encoder(**inputs).last_hidden_state.float()
                mask = inputs["attention_mask"][..., None].float()
                torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1).cpu()

    return run


if __name__ == "__main__":
    sys.exit(main())
